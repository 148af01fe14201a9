using System.Threading.Channels;

namespace K2.Simulator.Replay;

/// <summary>
/// The origins of a connection's messages, in order, from the server to the connector in the same process. Bounded: the server waits. They
/// travel in chunks, one for each write to the network. One writer, one reader.
/// </summary>
internal sealed class OriginQueue
{
    private const int Chunks = 256;

    private readonly Channel<FrameOriginRecord[]> _chunks = Channel.CreateBounded<FrameOriginRecord[]>(new BoundedChannelOptions(Chunks) { SingleReader = true, SingleWriter = true });
    private FrameOriginRecord[] _current = [];
    private int _next;

    /// <summary>Whether the server has ended the connection and the reader has taken everything.</summary>
    public bool IsFinished => _chunks.Reader.Completion.IsCompleted && _next == _current.Length;

    /// <summary>Adds the origins of messages that are about to be sent.</summary>
    public ValueTask AddAsync(FrameOriginRecord[] origins, CancellationToken cancellationToken) => _chunks.Writer.WriteAsync(origins, cancellationToken);

    /// <summary>Ends the queue; what is in it can still be taken.</summary>
    public void Complete() => _chunks.Writer.TryComplete();

    /// <summary>Takes the next origin.</summary>
    public bool TryTake(out FrameOriginRecord origin)
    {
        if (_next == _current.Length)
        {
            if (!_chunks.Reader.TryRead(out var chunk))
            {
                origin = default;
                return false;
            }

            _current = chunk;
            _next = 0;
        }

        origin = _current[_next++];
        return true;
    }
}
