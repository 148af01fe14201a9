using System.Text;
using System.Text.Json;

namespace K2.Simulator.Captures;

/// <summary>Reads one line of a capture: <c>{"recv_ns": 1723161254087896568, "frame": "{\"stream\":…"}</c>.</summary>
internal static class CaptureLine
{
    private const int MaxDigits = 18;

    /// <summary>Reads a line and writes its frame to a block.</summary>
    /// <returns>False if the line is what the client sent.</returns>
    /// <exception cref="FormatException">The line is none of a capture; the message says why.</exception>
    public static bool Read(ReadOnlySpan<byte> line, long number, FrameBlock block)
    {
        if (TrySplitUsualForm(line, out var receivedNs, out var text))
        {
            // Unescaping never makes a text longer.
            var usual = Unescape(text, block.Reserve(text.Length), out var read);
            if (read == text.Length)
            {
                block.Commit(usual, number, receivedNs);
                return true;
            }
        }

        if (!SplitAnyForm(line, out receivedNs, out text)) return false;
        block.Commit(Unescape(text, block.Reserve(text.Length), out _), number, receivedNs);
        return true;
    }

    private static bool TrySplitUsualForm(ReadOnlySpan<byte> line, out long receivedNs, out ReadOnlySpan<byte> text)
    {
        receivedNs = 0;
        text = default;
        var start = "{\"recv_ns\": "u8;
        var middle = ", \"frame\": \""u8;
        if (!line.StartsWith(start)) return false;

        var index = start.Length;
        var end = Math.Min(line.Length, index + MaxDigits + 1);
        for (; index < end && line[index] is >= (byte)'0' and <= (byte)'9'; index++)
        {
            if (receivedNs > (long.MaxValue - 9) / 10) return false;
            receivedNs = (receivedNs * 10) + (line[index] - '0');
        }

        if (index == start.Length || !line[index..].StartsWith(middle) || !line.EndsWith("\"}"u8)) return false;
        index += middle.Length;
        if (index > line.Length - 2) return false;

        text = line[index..^2];
        return true;
    }

    private static bool SplitAnyForm(ReadOnlySpan<byte> line, out long receivedNs, out ReadOnlySpan<byte> text)
    {
        receivedNs = -1;
        text = default;
        bool isSent = false, hasFrame = false;
        try
        {
            var json = new Utf8JsonReader(line);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) throw new FormatException("a line must be one JSON object");
            while (json.Read() && json.TokenType != JsonTokenType.EndObject)
            {
                var key = json.ValueSpan;
                json.Read();
                if (key.SequenceEqual("recv_ns"u8))
                {
                    if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out receivedNs) || receivedNs < 0) throw new FormatException("'recv_ns' must be a whole number of nanoseconds");
                }
                else if (key.SequenceEqual("frame"u8))
                {
                    if (json.TokenType != JsonTokenType.String) throw new FormatException("'frame' must be a text");
                    text = json.ValueSpan;
                    hasFrame = true;
                }
                else if (key.SequenceEqual("dir"u8))
                {
                    isSent = json.TokenType == JsonTokenType.String && json.ValueSpan.SequenceEqual("send"u8);
                }

                json.Skip();
            }

            while (json.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw new FormatException($"no valid JSON ({e.Message.ReplaceLineEndings(" ")})", e);
        }

        if (isSent) return false;
        if (receivedNs < 0) throw new FormatException("'recv_ns' is missing");
        if (!hasFrame) throw new FormatException("'frame' is missing");
        return true;
    }

    /// <summary>Writes the text without its escapes, up to a bare quote: behind one, the line has further keys and is not of the usual form.</summary>
    private static int Unescape(ReadOnlySpan<byte> text, Span<byte> target, out int read)
    {
        var written = 0;
        for (read = 0; read < text.Length; read++)
        {
            var c = text[read];
            if (c == '"') return written;
            if (c != '\\')
            {
                target[written++] = c;
                continue;
            }

            if (++read == text.Length) throw new FormatException("a text ends within an escape");
            switch (text[read])
            {
                case (byte)'"' or (byte)'\\' or (byte)'/': target[written++] = text[read]; break;
                case (byte)'n': target[written++] = (byte)'\n'; break;
                case (byte)'r': target[written++] = (byte)'\r'; break;
                case (byte)'t': target[written++] = (byte)'\t'; break;
                case (byte)'b': target[written++] = (byte)'\b'; break;
                case (byte)'f': target[written++] = (byte)'\f'; break;
                case (byte)'u': written += UnescapeUnicode(text, ref read, target[written..]); break;
                default: throw new FormatException($"unknown escape '\\{(char)text[read]}'");
            }
        }

        return written;
    }

    // Recorders that keep bytes which are no UTF-8 write byte 0xNN as the lone surrogate U+DCNN (Python's surrogateescape).
    private static int UnescapeUnicode(ReadOnlySpan<byte> text, ref int index, Span<byte> target)
    {
        var unit = Hex(text, index + 1);
        index += 4;
        if (char.IsHighSurrogate(unit) && index + 6 < text.Length && text[index + 1] == '\\' && text[index + 2] == 'u' && Hex(text, index + 3) is var low && char.IsLowSurrogate(low))
        {
            index += 6;
            return new Rune(unit, low).EncodeToUtf8(target);
        }

        if (!char.IsSurrogate(unit)) return new Rune(unit).EncodeToUtf8(target);
        if (unit is >= '\uDC80' and <= '\uDCFF')
        {
            target[0] = (byte)(unit & 0xFF);
            return 1;
        }

        target[0] = (byte)(0xE0 | (unit >> 12));
        target[1] = (byte)(0x80 | ((unit >> 6) & 0x3F));
        target[2] = (byte)(0x80 | (unit & 0x3F));
        return 3;
    }

    private static char Hex(ReadOnlySpan<byte> text, int start)
    {
        if (start + 4 > text.Length) throw new FormatException("a text ends within an escape");
        var value = 0;
        foreach (var c in text.Slice(start, 4))
        {
            var digit = c switch
            {
                >= (byte)'0' and <= (byte)'9' => c - '0',
                >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
                >= (byte)'A' and <= (byte)'F' => c - 'A' + 10,
                _ => throw new FormatException("an escape holds other than four hexadecimal digits"),
            };
            value = (value << 4) | digit;
        }

        return (char)value;
    }
}
