using System.Text;

namespace K2.Simulator.Binance;

/// <summary>Says to which stream a frame belongs, by its wrapper or by its event type and symbol.</summary>
internal static class BinanceStreamName
{
    private const int MaxLength = 64;

    /// <summary>Returns the stream's name, a slice of the frame where that is possible; false if the frame does not say.</summary>
    public static bool TryFind(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> name)
    {
        if (frame.StartsWith("{\"stream\":\""u8)) return TryText(frame[11..], out name) && name.Contains((byte)'@');

        name = default;
        if (!TryField(frame, "\"e\":\""u8, out var type) || !TryField(frame, "\"s\":\""u8, out var symbol)) return false;

        var text = $"{Encoding.ASCII.GetString(symbol).ToLowerInvariant()}@{Encoding.ASCII.GetString(type)}";
        if (type.SequenceEqual("kline"u8) && TryField(frame, "\"i\":\""u8, out var interval)) text += $"_{Encoding.ASCII.GetString(interval)}";
        name = Encoding.ASCII.GetBytes(text);
        return true;
    }

    /// <summary>Returns the content of a wrapped frame as a bare stream sends it; other frames unchanged.</summary>
    public static ReadOnlySpan<byte> Unwrap(ReadOnlySpan<byte> frame)
    {
        if (!frame.StartsWith("{\"stream\":\""u8)) return frame;
        var data = frame.IndexOf("\"data\":"u8);
        return data > 0 && frame[^1] == '}' ? frame[(data + 7)..^1] : frame;
    }

    /// <summary>Finds a text field by its key.</summary>
    public static bool TryField(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var index = frame.IndexOf(key);
        value = default;
        return index >= 0 && TryText(frame[(index + key.Length)..], out value);
    }

    private static bool TryText(ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        var end = rest[..Math.Min(rest.Length, MaxLength)].IndexOf((byte)'"');
        text = end > 0 ? rest[..end] : default;
        return end > 0;
    }
}
