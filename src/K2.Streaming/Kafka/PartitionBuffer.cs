using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>
/// The messages of one partition between the fetching thread and one reader. Bounded: the partition is paused at the bound, and goes on below
/// half of it. Thread-safe for one of each.
/// </summary>
internal sealed class PartitionBuffer(TopicPartition id, int capacity)
{
    // What a message costs in memory beside its key and value.
    private const int MessageOverhead = 300;

    private readonly Lock _gate = new();
    private List<ConsumeResult<byte[], byte[]>> _arrived = [];
    private TaskCompletionSource _changed = NewSignal();
    private Exception? _failure;
    private long _held;
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

    /// <summary>Returns what a message counts against the bound.</summary>
    public static long SizeOf(ConsumeResult<byte[], byte[]> message) => (message.Message.Value?.Length ?? 0) + (message.Message.Key?.Length ?? 0) + MessageOverhead;

    /// <summary>Takes a message; true if the partition is to be paused now.</summary>
    public bool Add(ConsumeResult<byte[], byte[]> message)
    {
        lock (_gate)
        {
            _arrived.Add(message);
            _held += SizeOf(message);
            if (_paused || _held < capacity) return false;
            return _paused = true;
        }
    }

    /// <summary>Says that the offset asked for is not there, or was not asked for: the reader must find where to start.</summary>
    public void OutOfRange()
    {
        lock (_gate) _outOfRange = true;
        Signal();
    }

    /// <summary>Says that the partition cannot be read; the reader throws it once.</summary>
    public void Fail(Exception failure)
    {
        lock (_gate) _failure = failure;
        Signal();
    }

    /// <summary>Wakes the reader.</summary>
    public void Signal()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = NewSignal();
        }

        changed.TrySetResult();
    }

    /// <summary>Says that fetching goes on.</summary>
    public void Resumed()
    {
        lock (_gate) _paused = _resumeAsked = false;
    }

    /// <summary>Moves what has come to the reader. It counts against the bound until it is released.</summary>
    /// <returns>A failure that happened behind those messages, and whether the next offset is not there.</returns>
    public (Exception? Failure, bool OutOfRange) Drain(Action<ConsumeResult<byte[], byte[]>> take)
    {
        List<ConsumeResult<byte[], byte[]>> arrived;
        (Exception? Failure, bool OutOfRange) end;
        lock (_gate)
        {
            arrived = _arrived;
            if (arrived.Count > 0) _arrived = [];
            end = (_failure, _outOfRange);
            _failure = null;
            _outOfRange = false;
        }

        foreach (var message in arrived) take(message);
        return end;
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

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
