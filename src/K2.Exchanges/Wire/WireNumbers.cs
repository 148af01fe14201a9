using System.Text;
using K2.Domain;

namespace K2.Exchanges.Wire;

/// <summary>Reads prices and quantities: positive decimal text without exponent.</summary>
internal static class WireNumbers
{
    private const int FastDigits = 18;
    private const int MaxShown = 64;

    private static readonly long[] PowersOfTen = [.. Enumerable.Range(0, FastDigits + 1).Select(e => (long)Int128.Parse("1" + new string('0', e), System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Reads a JSON number, which may have an exponent, at a scale; answers false with the error if it is none or not positive.</summary>
    public static bool TryParseJson(ReadOnlySpan<byte> text, int scale, out long mantissa, out NumberError error)
    {
        if (!text.ContainsAny((byte)'e', (byte)'E')) return TryParse(text, scale, out mantissa, out error);
        error = Classify(FixedPoint.Parse(text, scale, out mantissa), mantissa);
        return error == NumberError.None;
    }

    /// <summary>Reads a number at a scale; answers false with the error if it is none or not positive.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, int scale, out long mantissa, out NumberError error)
    {
        error = NumberError.None;
        if (TryParseShort(text, scale, out mantissa) && mantissa > 0) return true;

        if (text.ContainsAny((byte)'e', (byte)'E'))
        {
            error = NumberError.Malformed;
            return false;
        }

        error = Classify(FixedPoint.Parse(text, scale, out mantissa), mantissa);
        return error == NumberError.None;
    }

    /// <summary>Returns the code and the words of a price or quantity that cannot be taken.</summary>
    public static (string Reason, string Detail) Describe(NumberError error, bool price, ReadOnlySpan<byte> text, int scale)
    {
        var reason = error switch
        {
            NumberError.NotPositive => price ? RejectReasons.PriceNotPositive : RejectReasons.QuantityNotPositive,
            NumberError.TooPrecise => price ? RejectReasons.PriceTooPrecise : RejectReasons.QuantityTooPrecise,
            NumberError.TooLarge => price ? RejectReasons.PriceTooLarge : RejectReasons.QuantityTooLarge,
            _ => price ? RejectReasons.PriceMalformed : RejectReasons.QuantityMalformed,
        };
        var shown = Encoding.UTF8.GetString(text.Length > MaxShown ? text[..MaxShown] : text);
        return (reason, $"{(price ? "price" : "quantity")} '{shown}' at scale {scale}");
    }

    private static NumberError Classify(FixedPointError error, long mantissa) => error switch
    {
        FixedPointError.None => mantissa > 0 ? NumberError.None : NumberError.NotPositive,
        FixedPointError.TooPrecise => NumberError.TooPrecise,
        FixedPointError.TooLarge => NumberError.TooLarge,
        _ => NumberError.Malformed,
    };

    // The usual form, digits.digits with no more digits than the scale, needs no 128-bit arithmetic.
    private static bool TryParseShort(ReadOnlySpan<byte> text, int scale, out long mantissa)
    {
        mantissa = 0;
        if (text.Length is 0 or > FastDigits) return false;

        long value = 0;
        var point = -1;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is >= (byte)'0' and <= (byte)'9') value = (value * 10) + (c - '0');
            else if (c == '.' && point < 0 && i > 0) point = i;
            else return false;
        }

        var fraction = point < 0 ? 0 : text.Length - point - 1;
        if ((point >= 0 && fraction == 0) || fraction > scale) return false;

        var factor = PowersOfTen[scale - fraction];
        if (value > long.MaxValue / factor) return false;
        mantissa = value * factor;
        return true;
    }
}
