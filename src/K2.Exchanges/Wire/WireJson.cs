using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace K2.Exchanges.Wire;

/// <summary>Reads JSON of any content without throwing. Numbers stay the text that the exchange wrote.</summary>
internal static class WireJson
{
    private const int MaxDepth = 32;
    private const int MaxShown = 200;
    private const int MaxBytesPerCharacter = 4;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    /// <summary>Reads one JSON value; if it is none, the result is rejected with the reason.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, FrameResult result, out JsonElement json)
    {
        json = default;
        if (!Utf8.IsValid(bytes))
        {
            result.Reject(RejectReasons.InvalidUtf8, "the bytes are no UTF-8");
            return false;
        }

        try
        {
            json = JsonElement.Parse(bytes, Options);
            return true;
        }
        catch (JsonException e)
        {
            var message = Short(e.Message.ReplaceLineEndings(" "));
            result.Reject(message.Contains("uplicate", StringComparison.Ordinal) ? RejectReasons.DuplicateField : RejectReasons.BrokenJson, message);
            return false;
        }
        catch (InvalidOperationException e)
        {
            // A name whose escapes are half of a surrogate pair cannot be compared with others.
            result.Reject(RejectReasons.BrokenJson, Short(e.Message.ReplaceLineEndings(" ")));
            return false;
        }
    }

    /// <summary>Returns a member, or an undefined element.</summary>
    public static JsonElement Member(this JsonElement json, ReadOnlySpan<byte> name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var member) ? member : default;

    /// <summary>Whether a member is exactly this text.</summary>
    public static bool Is(this JsonElement json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> text) => json.Member(name) is { ValueKind: JsonValueKind.String } member && TextEquals(member, text);

    /// <summary>Returns the bytes of a text without escapes, or of a number; empty for anything else.</summary>
    public static ReadOnlySpan<byte> Plain(this JsonElement json)
    {
        var raw = json.ValueKind is JsonValueKind.String or JsonValueKind.Number ? JsonMarshal.GetRawUtf8Value(json) : default;
        if (json.ValueKind != JsonValueKind.String) return raw;
        return raw.Contains((byte)'\\') ? default : raw[1..^1];
    }

    /// <summary>Returns a short text of a value for people.</summary>
    public static string Shown(this JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.Undefined) return "nothing";
        var raw = JsonMarshal.GetRawUtf8Value(json);
        return Short(Encoding.UTF8.GetString(raw.Length > MaxShown * MaxBytesPerCharacter ? raw[..(MaxShown * MaxBytesPerCharacter)] : raw).Trim('"'));
    }

    /// <summary>Returns the exchange's words for a reason, which is never empty.</summary>
    public static string Words(this JsonElement json) => json.Shown() is { Length: > 0 } words ? words : "no words";

    private static string Short(string text) => text.Length > MaxShown ? text[..MaxShown] : text;

    private static bool TextEquals(JsonElement member, ReadOnlySpan<byte> text)
    {
        var plain = member.Plain();
        return plain.SequenceEqual(text);
    }
}
