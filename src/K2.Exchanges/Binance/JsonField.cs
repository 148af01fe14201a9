using System.Text.Json;

namespace K2.Exchanges.Binance;

/// <summary>A value of a JSON object as it stands in the message.</summary>
internal ref struct JsonField
{
    /// <summary>The value's token; <see cref="JsonTokenType.None"/> if the field is absent.</summary>
    public JsonTokenType Type;

    /// <summary>The value's bytes, without quotes.</summary>
    public ReadOnlySpan<byte> Bytes;

    /// <summary>Whether the bytes hold escapes.</summary>
    public bool IsEscaped;
}
