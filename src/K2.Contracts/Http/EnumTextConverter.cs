using System.Text.Json;
using System.Text.Json.Serialization;

namespace K2.Contracts.Http;

/// <summary>Writes an enum as the text that <see cref="WireNames"/> gives it and reads it in any case.</summary>
/// <typeparam name="T">The enum.</typeparam>
public abstract class EnumTextConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    /// <inheritdoc/>
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && reader.GetString() is { Length: > 0 } text && char.IsAsciiLetter(text[0]) && Enum.TryParse<T>(text, ignoreCase: true, out var value)
            ? value
            : throw new JsonException($"a {typeof(T).Name} is one of {string.Join(", ", Enum.GetNames<T>())}");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(ToWire(value));

    /// <summary>Returns the value's text.</summary>
    protected abstract string ToWire(T value);
}
