using System.Text;
using K2.Simulator.Binance;

namespace K2.Simulator.Captures;

/// <summary>Reads a capture before it is played, so that a wrong file is found at the start and not in the middle of a run.</summary>
internal static class CaptureCheck
{
    /// <summary>Reads up to so many bytes of frames and gathers the names of streams.</summary>
    /// <exception cref="InvalidDataException">The capture is damaged or holds no received frame.</exception>
    public static async Task RunAsync(CaptureFileSource source, long bytes, HashSet<string> streams, CancellationToken cancellationToken)
    {
        var any = false;
        var names = new HashSet<byte[]>(Utf8Comparer.Instance);
        await foreach (var block in source.ReadAsync(cancellationToken))
        {
            any = true;
            Gather(block, names.GetAlternateLookup<ReadOnlySpan<byte>>());
            bytes -= block.Entries.Sum(e => (long)e.Length);
            if (bytes <= 0) break;
        }

        if (!any) throw new InvalidDataException($"capture {source.Path} holds no received frame");
        streams.UnionWith(names.Select(Encoding.UTF8.GetString));
    }

    private static void Gather(FrameBlock block, HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> names)
    {
        foreach (var entry in block.Entries)
        {
            if (BinanceStreamName.TryFind(block.Bytes(entry).Span, out var name)) names.Add(name);
        }
    }
}
