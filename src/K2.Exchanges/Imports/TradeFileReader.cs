using System.Runtime.CompilerServices;

namespace K2.Exchanges.Imports;

/// <summary>Cuts a trade file into chunks of whole lines, always at the same places; lines of one time stay together.</summary>
public static class TradeFileReader
{
    private const int TargetBytes = TradeFile.MaxChunkBytes / 4;

    /// <summary>Returns the chunks of a file.</summary>
    /// <param name="file">The unpacked file.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">The file is no trade file, or a line has no end.</exception>
    public static async IAsyncEnumerable<TradeFileChunk> ReadAsync(Stream file, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var buffer = new byte[TradeFile.MaxChunkBytes];
        var filled = 0;
        long line = 1;
        var format = TradeFileFormat.Unknown;
        while (true)
        {
            var read = await file.ReadAtLeastAsync(buffer.AsMemory(filled), buffer.Length - filled, throwOnEndOfStream: false, cancellationToken);
            filled += read;
            var isEnd = filled < buffer.Length;
            if (filled == 0) yield break;
            if (format == TradeFileFormat.Unknown) format = Format(buffer.AsSpan(0, filled));

            var taken = 0;
            while (taken < filled && (isEnd || filled - taken > buffer.Length / 2))
            {
                var end = Cut(buffer.AsSpan(taken, filled - taken), isEnd);
                var lines = buffer.AsSpan(taken, end).ToArray();
                yield return new TradeFileChunk(format, line, lines, isEnd && taken + end == filled);
                line += lines.AsSpan().Count((byte)'\n');
                taken += end;
            }

            buffer.AsSpan(taken, filled - taken).CopyTo(buffer);
            filled -= taken;
            if (isEnd) yield break;
        }
    }

    private static TradeFileFormat Format(ReadOnlySpan<byte> start)
    {
        var end = start.IndexOf((byte)'\n');
        var first = end < 0 ? start : start[..end];
        return TradeFile.FormatOf(first) is var format && format != TradeFileFormat.Unknown
            ? format
            : throw new InvalidDataException("its first line has neither 3, 7 nor 8 columns, so it is no trade dump of Binance and no time and sales of Kraken.");
    }

    /// <summary>Returns the length of the first chunk: lines up to the target, and then those that begin like the last of them.</summary>
    private static int Cut(ReadOnlySpan<byte> bytes, bool isEnd)
    {
        if (isEnd && bytes.Length <= TargetBytes) return bytes.Length;
        var end = bytes[..Math.Min(TargetBytes, bytes.Length)].LastIndexOf((byte)'\n') + 1;
        if (end == 0) throw new InvalidDataException("a line of it is longer than any trade's.");
        var last = bytes[..(end - 1)].LastIndexOf((byte)'\n') + 1;
        var time = FirstField(bytes[last..end]);
        while (end < bytes.Length && FirstField(bytes[end..]).SequenceEqual(time))
        {
            var next = bytes[end..].IndexOf((byte)'\n');
            if (next < 0) return isEnd ? bytes.Length : throw new InvalidDataException("too many lines of it have one time.");
            end += next + 1;
        }

        return end;
    }

    private static ReadOnlySpan<byte> FirstField(ReadOnlySpan<byte> line) => line[..Math.Max(0, line.IndexOf((byte)','))];
}
