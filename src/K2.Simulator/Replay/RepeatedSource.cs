using System.Runtime.CompilerServices;
using K2.Simulator.Binance;

namespace K2.Simulator.Replay;

/// <summary>A source several times in a row with shifted ids and times; the lines go on.</summary>
internal sealed class RepeatedSource(IFrameSource source, BinanceFrameShift shift, long lines, int copies) : IFrameSource
{
    private const int RoomForDigits = 64;
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <inheritdoc/>
    public string Name => source.Name;

    /// <summary>Reads a source once to learn by how much its copies must be shifted.</summary>
    public static async Task<RepeatedSource> CreateAsync(IFrameSource source, int copies, CancellationToken cancellationToken)
    {
        var shift = new BinanceFrameShift();
        long lines = 0;
        await foreach (var block in source.ReadAsync(cancellationToken))
        {
            foreach (var entry in block.Entries)
            {
                shift.Observe(block.Bytes(entry).Span, entry.ReceivedNs);
                lines = entry.Line;
            }
        }

        return new RepeatedSource(source, shift, lines, copies);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var copy = 0; copy < copies; copy++)
        {
            await foreach (var block in source.ReadAsync(cancellationToken))
            {
                yield return copy == 0 ? block : Shift(block, copy);
            }
        }
    }

    private FrameBlock Shift(FrameBlock block, int copy)
    {
        var shifted = new FrameBlock();
        foreach (var entry in block.Entries)
        {
            var length = shift.Write(block.Bytes(entry).Span, copy, shifted.Reserve(entry.Length + RoomForDigits));
            shifted.Commit(length, (copy * lines) + entry.Line, entry.ReceivedNs + (copy * shift.TimeShiftMs * NanosecondsPerMillisecond));
        }

        return shifted;
    }
}
