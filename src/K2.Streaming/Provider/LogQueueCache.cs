using System.Diagnostics.CodeAnalysis;
using K2.Domain.Log;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>
/// The containers of one partition between read and durable effect: one queue per stream. A container counts as delivered when its cursor moves
/// on; it is purged, and the partition committed, only below the oldest container that is not delivered. Thread-safe: cursors run on the
/// agent's scheduler, counters are read by anyone.
/// </summary>
internal sealed class LogQueueCache(LogStreamOptions options, Action<LogPosition> advance) : IQueueCache
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StreamId, CachedStream> _streams = [];
    private readonly Queue<CachedBatch> _order = new();
    private LogPosition _readEnd;
    private long _bytes;

    public long Bytes => Volatile.Read(ref _bytes);

    public int GetMaxAddCount() => IsUnderPressure() ? 0 : -1;

    public bool IsUnderPressure() => Bytes >= options.MaxCacheBytes;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        lock (_gate)
        {
            foreach (var message in messages)
            {
                var container = (LogBatchContainer)message;
                var stream = StreamOf(container.StreamId);
                var batch = new CachedBatch(container, stream);
                stream.Add(batch);
                _order.Enqueue(batch);
                _bytes += container.Bytes;
                _readEnd = container.ReadNext;
            }
        }
    }

    /// <summary>Says that everything below a position was read; when all of it is delivered too, that position is committed.</summary>
    public void ReachedEnd(LogPosition end)
    {
        lock (_gate)
        {
            if (end > _readEnd) _readEnd = end;
            if (_order.Count == 0) advance(_readEnd);
        }
    }

    // Purging and committing happen as soon as a delivery ends, not when the pump comes round: it may be waiting in a long poll.
    public bool TryPurgeFromCache([MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        var result = TryGetCacheCursor(streamId, token);
        return result.Cursor ?? throw new QueueCacheMissException(token!, result.CacheMiss!.Value.LowToken!, result.CacheMiss.Value.HighToken!);
    }

    /// <summary>
    /// Returns a cursor whose first container is the first one that ends at or above the token, and never one behind the oldest undelivered:
    /// the agent itself steps over a container that ends exactly at the token. Without a token it starts at the oldest undelivered one. It is a
    /// miss when records above the token were purged, which is only possible below the durable prefix.
    /// </summary>
    public QueueCacheCursorResult<IQueueCacheCursor> TryGetCacheCursor(StreamId streamId, StreamSequenceToken? token)
    {
        lock (_gate)
        {
            var stream = StreamOf(streamId);
            if (token is null) return At(stream, stream.FirstUndelivered);

            if (token.SequenceNumber < stream.PurgedThrough)
            {
                var low = stream.First < stream.End ? stream[stream.First].Container.SequenceToken : new EventSequenceTokenV2(stream.PurgedThrough);
                var high = stream.First < stream.End ? stream[stream.End - 1].Container.SequenceToken : low;
                return QueueCacheCursorResult<IQueueCacheCursor>.FromCacheMiss(new QueueCacheMissInfo(token, low, high));
            }

            var index = stream.Find(token.SequenceNumber);
            if (options.Fault == LogStreamFault.CursorOneTooFarUnnoticed || (options.Fault == LogStreamFault.CursorOneTooFar && stream.FirstUndelivered > stream.First)) return At(stream, index + 1);
            return At(stream, Math.Min(index, stream.FirstUndelivered));
        }
    }

    public QueueCacheCursorResult<IQueueCacheCursor> TryGetCacheCursorAtPosition(StreamId streamId, StreamSubscriptionStartPosition startPosition)
    {
        lock (_gate)
        {
            var stream = StreamOf(streamId);
            return At(stream, startPosition == StreamSubscriptionStartPosition.EarliestAvailable ? stream.First : stream.FirstUndelivered);
        }
    }

    /// <summary>
    /// Marks the containers [from, until) as delivered and returns the next ones, joined up to the delivery's bound; null if there are none.
    /// The range becomes theirs.
    /// </summary>
    public LogBatchContainer? Next(CachedStream stream, ref long from, ref long until)
    {
        lock (_gate)
        {
            if (until > from) MarkDelivered(stream, from, until);
            from = until = Math.Max(until, stream.First);
            if (until >= stream.End) return null;

            var parts = new List<LogBatchContainer>();
            var bytes = 0L;
            while (until < stream.End && (parts.Count == 0 || bytes + stream[until].Container.Bytes <= options.MaxDeliveryBytes))
            {
                parts.Add(stream[until].Container);
                bytes += stream[until].Container.Bytes;
                until++;
            }

            var joined = LogBatchContainer.Join(parts);
            return options.Fault == LogStreamFault.CursorOneTooFarUnnoticed ? new LogBatchContainer(joined.StreamId, joined.Batch with { PreviousVersion = 0 }, joined.ReadNext) : joined;
        }
    }

    private QueueCacheCursorResult<IQueueCacheCursor> At(CachedStream stream, long index) =>
        QueueCacheCursorResult<IQueueCacheCursor>.FromCursor(new LogQueueCursor(this, stream, index));

    private CachedStream StreamOf(StreamId streamId)
    {
        if (!_streams.TryGetValue(streamId, out var stream)) _streams[streamId] = stream = new CachedStream();
        return stream;
    }

    private void MarkDelivered(CachedStream stream, long from, long until)
    {
        for (var i = Math.Max(from, stream.First); i < until; i++) stream[i].IsDelivered = true;
        stream.AdvanceDelivered();
        if (options.Fault == LogStreamFault.CommitHighest) advance(stream[until - 1].Container.Batch.Last.Plus(1));

        var purged = false;
        while (_order.TryPeek(out var oldest) && oldest.IsDelivered)
        {
            _order.Dequeue();
            oldest.Stream.RemoveFirst();
            _bytes -= oldest.Container.Bytes;
            purged = true;
        }

        if (purged) advance(_order.TryPeek(out var blocking) ? blocking.Container.Batch.First : _readEnd);
    }
}
