using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Exchanges.Gaps;

/// <summary>
/// Stands before the sink of one exchange: passes batches of all its connections and of the backfill on in one order, and follows every
/// instrument's ids in that order, so that the log holds each gap before the trade that showed it. Thread-safe.
/// </summary>
public sealed class FeedKeeper : IConnectorSink, IFeedWatch
{
    private const long NoTrade = long.MinValue;
    private static readonly TimeSpan AskedWithin = TimeSpan.FromMinutes(10);
    private readonly IConnectorSink _sink;
    private readonly FeedPart _part;
    private readonly Turn _order = new();
    private readonly Dictionary<InstrumentId, InstrumentFeed> _feeds;
    private readonly List<OpenGap> _opened = [];
    private readonly List<Action> _undo = [];
    private long _firstLive = NoTrade;
    private long _openedCount;
    private long _filledCount;
    private long _givenUpCount;

    /// <summary>Makes a keeper.</summary>
    /// <param name="instruments">The exchange's instruments, each with what is known of it, or null if nothing is.</param>
    /// <param name="sink">Takes the batches.</param>
    /// <param name="part">Whether it is the only one of the exchange.</param>
    public FeedKeeper(IEnumerable<(Instrument Instrument, FeedStart? Start)> instruments, IConnectorSink sink, FeedPart part = FeedPart.Only)
    {
        _sink = sink;
        _part = part;
        _feeds = instruments.ToDictionary(item => item.Instrument.Id, item => new InstrumentFeed(item.Instrument, item.Start));

        // Up to the newest trade of the others somebody listened, unless he died before he had asked for what he missed himself.
        if (_feeds.Values.Max(feed => feed.Newest) is not { } heard) return;
        foreach (var feed in _feeds.Values) feed.NoteOwed(heard.Add(-AskedWithin));
    }

    /// <summary>Is told of gaps that were opened; called in order, it must return at once.</summary>
    internal Action<OpenGap>? GapOpened { get; set; }

    /// <summary>Is told of instruments that may miss trades; empty connection id: for certain.</summary>
    internal Action<InstrumentFeed, string>? TailUncertain { get; set; }

    internal IReadOnlyCollection<InstrumentFeed> Feeds => _feeds.Values;

    /// <summary>Exchange time of the first live trade of any instrument, or null before it.</summary>
    internal Timestamp? FirstLive => Interlocked.Read(ref _firstLive) is var microseconds and not NoTrade ? new Timestamp(microseconds) : null;

    internal (long Opened, long Filled, long GivenUp) Counts => (Volatile.Read(ref _openedCount), Volatile.Read(ref _filledCount), Volatile.Read(ref _givenUpCount));

    /// <inheritdoc/>
    public async ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        await _order.TakeAsync(cancellationToken);
        try
        {
            _opened.Clear();
            _undo.Clear();
            if (_firstLive == NoTrade && !batch.IsFetched) NoteFirstLive(batch);
            foreach (var (instrument, records) in batch.Records)
            {
                if (!_feeds.TryGetValue(instrument.Id, out var feed)) continue;
                _undo.Add(feed.Savepoint());
                feed.Take(batch.IsFetched ? "" : batch.Origin, records, _opened);
                if (_part != FeedPart.Only) records.RemoveAll(IsOfTheOther);
            }

            await AcceptOrUndoAsync(batch, cancellationToken);
            Tell(batch);
        }
        finally
        {
            _order.Release();
        }
    }

    void IFeedWatch.Confirmed(string connectionId, IReadOnlyList<Instrument> instruments)
    {
        foreach (var instrument in instruments)
        {
            if (_feeds.TryGetValue(instrument.Id, out var feed)) TailUncertain?.Invoke(feed, connectionId);
        }
    }

    void IFeedWatch.MessagesMissing(string connectionId)
    {
        foreach (var feed in _feeds.Values)
        {
            feed.SequenceJumped();
            TailUncertain?.Invoke(feed, "");
        }
    }

    /// <summary>Writes into the log that a gap will not be filled.</summary>
    internal async ValueTask GiveUpAsync(OpenGap gap, GapReason reason, CancellationToken cancellationToken)
    {
        await _order.TakeAsync(cancellationToken);
        try
        {
            if (gap.IsSettled) return;
            var instrument = gap.Feed.Instrument;
            _undo.Clear();
            _undo.Add(gap.Feed.Savepoint());
            await AcceptOrUndoAsync(Records(instrument, [gap.Feed.GiveUp(gap, reason)]), cancellationToken);
            Interlocked.Increment(ref _givenUpCount);
        }
        finally
        {
            _order.Release();
        }
    }

    /// <summary>Writes into the log that all ids of an instrument from one on are wanted, as gaps that the backfill then fills.</summary>
    internal ValueTask OpenHistoryAsync(InstrumentFeed feed, long firstId, Timestamp from, CancellationToken cancellationToken) =>
        OpenAsync(feed, opened => feed.OpenHistory(firstId, from, opened), cancellationToken);

    /// <summary>
    /// Writes into the log which ids between the known ones nobody has asked for, as gaps that the backfill then fills: what the second connection of a pair missed while there was no first one.
    /// </summary>
    /// <param name="starts">What the keeper was made with: gaps that were given up are not asked for again.</param>
    /// <param name="cancellationToken">Ends the wait for the sink.</param>
    public async ValueTask OpenHolesAsync(IEnumerable<(Instrument Instrument, FeedStart? Start)> starts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(starts);
        foreach (var (instrument, start) in starts)
        {
            if (start is null || Find(instrument.Id) is not { } feed) continue;
            var givenUp = start.Gaps.Where(gap => gap.Reason != GapReason.None).ToList();
            await OpenAsync(feed, opened => feed.OpenHoles(givenUp, opened), cancellationToken);
        }
    }

    /// <summary>Writes into the log which ids between the known ones are missing without anybody's asking for them; returns how many.</summary>
    internal async ValueTask<long> RecordHolesAsync(InstrumentFeed feed, CancellationToken cancellationToken)
    {
        await _order.TakeAsync(cancellationToken);
        try
        {
            var holes = feed.Holes();
            var records = holes.SelectMany(b => new[]
            {
                LogRecord.OfGapOpened(b.From, b.Until, b.FirstId, b.LastId, b.IdEpoch, b.Cause),
                LogRecord.OfGapGivenUp(b.From, b.Until, b.FirstId, b.LastId, b.IdEpoch, b.Cause, b.Reason),
            }).ToList();
            if (records.Count > 0) await _sink.AcceptAsync(Records(feed.Instrument, records), cancellationToken);
            return holes.Sum(hole => hole.LastId - hole.FirstId + 1);
        }
        finally
        {
            _order.Release();
        }
    }

    internal InstrumentFeed? Find(InstrumentId instrument) => _feeds.GetValueOrDefault(instrument);

    private async ValueTask OpenAsync(InstrumentFeed feed, Func<List<OpenGap>, List<LogRecord>> open, CancellationToken cancellationToken)
    {
        await _order.TakeAsync(cancellationToken);
        try
        {
            _opened.Clear();
            _undo.Clear();
            _undo.Add(feed.Savepoint());
            var records = open(_opened);
            if (records.Count == 0) return;
            var batch = Records(feed.Instrument, records);
            await AcceptOrUndoAsync(batch, cancellationToken);
            Tell(batch);
        }
        finally
        {
            _order.Release();
        }
    }

    private void NoteFirstLive(FrameBatch batch)
    {
        foreach (var (_, records) in batch.Records)
        {
            if (records.FindIndex(record => record.Kind == RecordKind.Trade && record.Trade.Source != TradeSource.Snapshot) is not (>= 0 and var first)) continue;
            Interlocked.Exchange(ref _firstLive, records[first].Trade.ExchangeTime.Microseconds);
            return;
        }
    }

    // Of a pair both see that the ids restart: the first trade of the new epoch says so, once or twice, where a record of each would count it twice. Gaps are the first one's.
    private bool IsOfTheOther(LogRecord record) => record.Kind == RecordKind.TradeIdsRestarted || (_part == FeedPart.Second && record.Kind is not (RecordKind.Trade or RecordKind.Watermark));

    private static FrameBatch Records(Instrument instrument, List<LogRecord> records) => new()
    {
        Exchange = instrument.Id.Exchange,
        Origin = "",
        IsReplay = false,
        IsFetched = true,
        Frames = [],
        Records = [new InstrumentRecords(instrument, records)],
        Rejected = [],
        TradeFrames = 0,
        Trades = 0,
    };

    private async ValueTask AcceptOrUndoAsync(FrameBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            await _sink.AcceptAsync(batch, cancellationToken);
        }
        catch
        {
            foreach (var undo in _undo) undo();
            throw;
        }
    }

    private void Tell(FrameBatch batch)
    {
        foreach (var (_, records) in batch.Records)
        {
            foreach (var record in records)
            {
                if (record.Kind == RecordKind.GapOpened) _openedCount++;
                else if (record.Kind == RecordKind.GapClosed) _filledCount++;
                else if (record.Kind == RecordKind.GapGivenUp) _givenUpCount++;
            }
        }

        foreach (var gap in _opened)
        {
            if (!gap.IsSettled) GapOpened?.Invoke(gap);
        }
    }
}
