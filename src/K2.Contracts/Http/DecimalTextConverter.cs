using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K2.Contracts.Http;

/// <summary>
/// Writes decimals as JSON strings in plain notation: a JSON number would pass through binary floating point in most clients and lose digits.
/// Zeros at the end are left out; no exponent is ever written. Reads strings only.
/// </summary>
public sealed class DecimalTextConverter : JsonConverter<decimal>
{
    private const int MaxLength = 40;

    /// <summary>Returns the shortest exact text of a number.</summary>
    public static string Format(decimal value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (!text.Contains('.', StringComparison.Ordinal)) return text;
        var trimmed = text.TrimEnd('0').TrimEnd('.');
        return trimmed == "-0" ? "0" : trimmed;
    }

    /// <inheritdoc/>
    public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: <= MaxLength } text
            && decimal.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new JsonException("a decimal is written as a JSON string in plain notation, for example \"61837.63\"");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
}
