using System.Collections.Concurrent;

namespace K2.Simulator.Replay;

/// <summary>The origin queues of all connections that gave themselves a name.</summary>
internal sealed class OriginRegistry
{
    // A connector reads what the network still holds after the server has ended the connection.
    private const int EndedKept = 16;

    private readonly ConcurrentDictionary<string, OriginQueue> _queues = new(StringComparer.Ordinal);
    private readonly Queue<string> _ended = [];
    private readonly Lock _lock = new();
    private Tuple<string, OriginQueue>? _last;

    /// <summary>Opens the queue of a connection; false if the name is taken.</summary>
    public bool TryOpen(string connectionId, out OriginQueue queue)
    {
        queue = new OriginQueue();
        return _queues.TryAdd(connectionId, queue);
    }

    /// <summary>Ends a connection's queue.</summary>
    public void Close(string connectionId)
    {
        if (_queues.TryGetValue(connectionId, out var queue)) queue.Complete();
        lock (_lock)
        {
            _ended.Enqueue(connectionId);
            if (_ended.Count > EndedKept) _queues.TryRemove(_ended.Dequeue(), out _);
        }
    }

    /// <summary>Takes the origin of a connection's next message.</summary>
    public bool TryTake(string connectionId, out FrameOriginRecord origin)
    {
        // One connector asks millions of times with the same string.
        var last = Volatile.Read(ref _last);
        if (last is null || !ReferenceEquals(last.Item1, connectionId))
        {
            if (!_queues.TryGetValue(connectionId, out var found))
            {
                origin = default;
                return false;
            }

            last = Tuple.Create(connectionId, found);
            Volatile.Write(ref _last, last);
        }

        return last.Item2.TryTake(out origin);
    }
}
