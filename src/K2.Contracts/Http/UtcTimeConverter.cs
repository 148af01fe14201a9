using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace K2.Contracts.Http;

/// <summary>Writes times as ISO 8601 in UTC with six digits of the second: <c>2024-08-08T23:54:15.342000Z</c>.</summary>
public sealed class UtcTimeConverter : JsonConverter<DateTime>
{
    private const string Pattern = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <summary>Returns the text of a time that is taken as UTC.</summary>
    public static string Format(DateTime value) => value.ToString(Pattern, CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            && DateTime.TryParseExact(reader.GetString(), Pattern, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var value)
            ? value
            : throw new JsonException("a time is written as ISO 8601 in UTC with microseconds, for example \"2024-08-08T23:54:15.342000Z\"");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) => writer.WriteStringValue(Format(value));
}
