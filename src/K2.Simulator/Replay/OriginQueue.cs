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
    private readonly TaskCompletionSource _allTaken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private FrameOriginRecord[] _current = [];
    private int _next;
    private long _added;
    private long _taken;
    private long _last = long.MaxValue;

    /// <summary>Ends when the reader has taken everything up to <see cref="MarkLast"/>.</summary>
    public Task AllTaken => _allTaken.Task;

    /// <summary>Adds the origins of messages that are about to be sent.</summary>
    public ValueTask AddAsync(FrameOriginRecord[] origins, CancellationToken cancellationToken)
    {
        _added += origins.Length;
        return _chunks.Writer.WriteAsync(origins, cancellationToken);
    }

    /// <summary>Says that the frames up to here are all.</summary>
    public void MarkLast()
    {
        if (_last == long.MaxValue) Interlocked.Exchange(ref _last, _added);
        if (Volatile.Read(ref _taken) >= _last) _allTaken.TrySetResult();
    }

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
        if (_next == _current.Length)
        {
            // The writer may mark the last one at this moment: one of the two sees the other's value.
            Interlocked.Add(ref _taken, _current.Length);
            if (Volatile.Read(ref _taken) >= Volatile.Read(ref _last)) _allTaken.TrySetResult();
        }

        return true;
    }
}
