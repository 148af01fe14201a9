using System.Runtime.CompilerServices;

namespace K2.Simulator;

/// <summary>Frames that are in memory.</summary>
/// <param name="name">The origin's name.</param>
/// <param name="frames">The frames in order, each with its receipt in nanoseconds since the Unix epoch.</param>
public sealed class MemoryFrameSource(string name, IReadOnlyList<(long ReceivedNs, ReadOnlyMemory<byte> Frame)> frames) : IFrameSource
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FrameBlock> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        var block = new FrameBlock();
        for (var i = 0; i < frames.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (receivedNs, frame) = frames[i];
            frame.Span.CopyTo(block.Reserve(frame.Length));
            block.Commit(frame.Length, i + 1, receivedNs);
            if (!block.IsFull) continue;

            yield return block;
            block = new FrameBlock();
        }

        if (block.Entries.Count > 0) yield return block;
    }
}
