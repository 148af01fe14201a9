using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>
/// Walks one stream for its one consumer. The agent moves on only after a delivery succeeded; after a failure it says so, and the same
/// containers come again: nothing is ever skipped.
/// </summary>
internal sealed class LogQueueCursor(LogQueueCache cache, CachedStream stream, long start) : IQueueCacheCursor
{
    private LogBatchContainer? _current;
    private long _from = start;
    private long _until = start;

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    public bool MoveNext()
    {
        _current = cache.Next(stream, ref _from, ref _until);
        return _current is not null;
    }

    public void Refresh(StreamSequenceToken token)
    {
    }

    public void RecordDeliveryFailure()
    {
        _until = _from;
        _current = null;
    }

    public void Dispose()
    {
        _until = _from;
        _current = null;
    }
}
