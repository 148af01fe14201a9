using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>
/// The messages of one partition between the fetching thread and one reader. Bounded: the partition is given up at the bound, and fetched again below
/// half of it. Thread-safe for one of each.
/// </summary>
internal sealed class PartitionBuffer(TopicPartition id, int capacity)
{
    private readonly Lock _gate = new();
    private readonly List<FetchedMessage> _incoming = [];
    private List<FetchedMessage> _arrived = [];
    private TaskCompletionSource _changed = NewSignal();
    private Exception? _failure;
    private long _held;
    private long _incomingSize;
    private bool _outOfRange;
    private bool _paused;
    private bool _resumeAsked;

    public TopicPartition Id => id;

    /// <summary>The offset of the next message. Used by the fetching thread only.</summary>
    public long Expected { get; set; }

    /// <summary>Whether the reader is gone. Used by the fetching thread only.</summary>
    public bool IsClosed { get; set; }

    /// <summary>Where the fetching thread has asked again for messages that seem to be missing. Used by it only.</summary>
    public long AskedAgain { get; set; } = -1;

    /// <summary>Completes when something has come since the property was read.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate) return _changed.Task;
        }
    }

    /// <summary>Whether the partition stands still until the reader has taken something.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate) return _paused;
        }
    }

    /// <summary>Takes a message, which the reader gets with the next <see cref="Publish"/>; true if the bound is reached. Called by the fetching thread.</summary>
    public bool Add(in FetchedMessage message)
    {
        _incoming.Add(message);
        _incomingSize += message.Size;
        return Volatile.Read(ref _held) + _incomingSize >= capacity;
    }

    /// <summary>Hands what was added to the reader and wakes it. Called by the fetching thread.</summary>
    /// <param name="isFull">Whether the partition is given up now.</param>
    public void Publish(bool isFull = false)
    {
        if (_incoming.Count > 0)
        {
            lock (_gate)
            {
                _arrived.AddRange(_incoming);
                _held += _incomingSize;
                _paused |= isFull;
            }

            _incoming.Clear();
            _incomingSize = 0;
        }

        Signal();
    }

    /// <summary>Says that the offset asked for is not there, or was not asked for: the reader must find where to start. Called by the fetching thread.</summary>
    public void OutOfRange()
    {
        lock (_gate) _outOfRange = true;
        Publish();
    }

    /// <summary>Says that the partition cannot be read; the reader throws it once, behind what came before. Called by the fetching thread.</summary>
    public void Fail(Exception failure)
    {
        Publish();
        lock (_gate) _failure = failure;
        Signal();
    }

    /// <summary>Says that fetching goes on.</summary>
    public void Resumed()
    {
        lock (_gate) _paused = _resumeAsked = false;
    }

    /// <summary>Moves what has come into the reader's list, which is empty. It counts against the bound until it is released.</summary>
    /// <returns>A failure that happened behind those messages, and whether the next offset is not there.</returns>
    public (Exception? Failure, bool OutOfRange) Drain(ref List<FetchedMessage> into)
    {
        lock (_gate)
        {
            if (_arrived.Count > 0) (_arrived, into) = (into, _arrived);
            var end = (_failure, _outOfRange);
            _failure = null;
            _outOfRange = false;
            return end;
        }
    }

    /// <summary>Says that messages have left the reader; true if fetching is to be resumed.</summary>
    public bool Release(long size)
    {
        lock (_gate)
        {
            _held -= size;
            if (!_paused || _resumeAsked || _held >= capacity / 2) return false;
            return _resumeAsked = true;
        }
    }

    private void Signal()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = NewSignal();
        }

        changed.TrySetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
