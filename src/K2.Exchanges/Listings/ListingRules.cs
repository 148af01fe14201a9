using System.Globalization;
using System.Text;
using System.Text.Json;
using K2.Domain.Instruments;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Listings;

/// <summary>What is wrong with an instrument, in words that are the same for every exchange.</summary>
internal static class ListingRules
{
    private const int MostDigits = 30;

    /// <summary>The exchange does not know the symbol.</summary>
    public const string Unknown = "unknown to the exchange";

    /// <summary>Returns what is wrong with an instrument that the exchange knows, or empty; null where the digits cannot be understood.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="status">The exchange's word for its state.</param>
    /// <param name="isTrading">Whether it is traded now.</param>
    /// <param name="priceDigits">Digits of a price behind the point.</param>
    /// <param name="quantityDigits">Digits of a quantity behind the point.</param>
    public static string? Check(Instrument instrument, string status, bool isTrading, int? priceDigits, int? quantityDigits)
    {
        if (!isTrading) return $"not traded now, the exchange says '{status}'";
        if (priceDigits is not { } price || quantityDigits is not { } quantity) return null;
        if (price > instrument.PriceScale) return Finer("prices", price, "price_scale", instrument.PriceScale);
        return quantity > instrument.QuantityScale ? Finer("quantities", quantity, "quantity_scale", instrument.QuantityScale) : "";
    }

    /// <summary>Returns the digits behind the point of an increment such as <c>0.01000000</c>, without zeros at its end; null if it is none.</summary>
    public static int? Digits(JsonElement increment)
    {
        var text = Encoding.ASCII.GetString(increment.Plain());
        if (text.Length is 0 or > MostDigits || !decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) || value <= 0) return null;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0 ? 0 : text.TrimEnd('0').Length - point - 1;
    }

    /// <summary>Returns a number of digits, or null if it is none.</summary>
    public static int? Count(JsonElement digits) => digits.ValueKind == JsonValueKind.Number && digits.TryGetInt32(out var count) && count is >= 0 and <= MostDigits ? count : null;

    private static string Finer(string what, int digits, string field, int scale) => $"{what} have up to {digits} digits, {field} in the instruments file allows {scale}: finer trades go to the dead letters";
}
