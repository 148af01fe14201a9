using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Exchanges.Gaps;

/// <summary>
/// Follows one instrument's trade ids: opens a gap where they jump, closes it when the last missing one came, and sees when the exchange
/// restarts its ids. It puts the records of that among the trades, so that whoever reads the log learns of a gap before the trade behind it.
/// Thread-safe: batches change it while the backfiller asks it.
/// </summary>
/// <remarks>Longer than most: ids, gaps and the restart of ids change together under one lock, and a savepoint takes all of them back.</remarks>
internal sealed class InstrumentFeed
{
    // Gaps and holes beyond these are forgotten, oldest first; the warehouse still knows their ids.
    private const int MaxRuns = 4096;
    private const int MaxGaps = 1024;

    // Ids rise with time. Only an id this far back with a later time is taken for a restart: neighbours may change places.
    private const long RestartDistance = 1000;

    // A restart begins near zero; what lies between that and the first id seen is missing too.
    private const long MaxRestartGap = 100_000;

    private readonly Lock _gate = new();
    private readonly List<OpenGap> _gaps = [];
    private TradeIdIntervals _seen;
    private string _origin = "";
    private int _busy;
    private bool _isFirstOrigin = true;
    private GapCause _cause = GapCause.Restart;
    private Timestamp _newest = new(long.MinValue);
    private Timestamp _epochStart = new(long.MinValue);
    private long _oldHighest;
    private string _firstOn = "";
    private Timestamp? _owedSince;

    public InstrumentFeed(Instrument instrument, FeedStart? start)
    {
        Instrument = instrument;
        _seen = start?.Seen ?? new TradeIdIntervals();
        IdEpoch = start?.IdEpoch ?? 0;
        if (_seen.Count > 0) _newest = _seen.Runs[^1].Until;
        foreach (var gap in start?.Gaps ?? [])
        {
            if (gap is { HasIds: true, Reason: GapReason.None }) _gaps.Add(new OpenGap(this, gap));
        }
    }

    public Instrument Instrument { get; }

    public ushort IdEpoch { get; private set; }

    /// <summary>Gaps that are not settled, oldest first.</summary>
    public IReadOnlyList<OpenGap> Gaps
    {
        get
        {
            lock (_gate) return [.. _gaps];
        }
    }

    /// <summary>Whether any trade is known.</summary>
    public bool HasTrades
    {
        get
        {
            lock (_gate) return _seen.Count > 0;
        }
    }

    /// <summary>The highest exchange time that is known, or null before the first trade.</summary>
    public Timestamp? Newest
    {
        get
        {
            lock (_gate) return _seen.Count == 0 ? null : _newest;
        }
    }

    /// <summary>What lies behind the newest trade that is known.</summary>
    public HistoryRange Tail
    {
        get
        {
            lock (_gate) return new(_seen.HighestId + 1, long.MaxValue, _newest);
        }
    }

    /// <summary>The connection that has shown trades of the instrument last: from there on, whatever is missing shows by itself.</summary>
    public string SeenOn { get; private set; } = "";

    /// <summary>The lowest id of the exchange that is known, with its trade's time, or null before the first trade.</summary>
    public (long Id, Timestamp Time)? LowestOwn
    {
        get
        {
            lock (_gate) return _seen.TryFindAtOrBelow(0, out var run) && run.Last >= 0 ? (Math.Max(0, run.First), run.From) : _seen.TryFindAbove(0, out run) ? (run.First, run.From) : null;
        }
    }

    /// <summary>Time of the newest trade that came from a file without ids, or null if there is none.</summary>
    public Timestamp? NewestAnonymous
    {
        get
        {
            lock (_gate) return _seen.TryFindAtOrBelow(-1, out var run) ? run.Until : null;
        }
    }

    /// <summary>Notes from which moment on trades of the instrument are owed, unless that is noted already; returns what was noted before.</summary>
    public Timestamp? NoteOwed(Timestamp moment)
    {
        lock (_gate)
        {
            var owed = _owedSince;
            _owedSince ??= moment;
            return owed;
        }
    }

    /// <summary>Whether no trade is known that came before those of a connection: nothing that comes live would show what was missed.</summary>
    public bool IsUnknownBefore(string connectionId)
    {
        lock (_gate) return _seen.Count == 0 || (connectionId.Length > 0 && _firstOn == connectionId);
    }

    /// <summary>Returns how many of the ids from one to another are known.</summary>
    public long CountKnown(long firstId, long lastId)
    {
        lock (_gate) return _seen.Runs.Sum(run => Math.Max(0, Math.Min(run.Last, lastId) - Math.Max(run.First, firstId) + 1));
    }

    /// <summary>Opens gaps for all ids from one on that are neither known nor already in an open gap, up to the newest trade.</summary>
    /// <param name="firstId">The first id.</param>
    /// <param name="from">No trade from that id on happened before this moment.</param>
    /// <param name="opened">Takes the gaps.</param>
    /// <returns>The records that say so.</returns>
    public List<LogRecord> OpenHistory(long firstId, Timestamp from, ICollection<OpenGap> opened)
    {
        lock (_gate)
        {
            return [.. Missing(firstId, from, []).Select(gap => Open(gap, opened))];
        }
    }

    /// <summary>Opens gaps for all ids between the exchange's known ones that are neither in an open gap nor given up.</summary>
    /// <param name="givenUp">Gaps that were given up.</param>
    /// <param name="opened">Takes the gaps.</param>
    /// <returns>The records that say so.</returns>
    public List<LogRecord> OpenHoles(IReadOnlyList<FeedGap> givenUp, ICollection<OpenGap> opened)
    {
        lock (_gate)
        {
            return LowestOwn is { } lowest ? [.. Missing(lowest.Id, lowest.Time, givenUp.Where(gap => gap.HasIds && gap.IdEpoch == IdEpoch)).Select(gap => Open(gap with { Cause = GapCause.Restart }, opened))] : [];
        }
    }

    /// <summary>Returns the ids between the exchange's known ones that are in no open gap.</summary>
    public List<FeedGap> Holes()
    {
        lock (_gate) return LowestOwn is { } lowest ? [.. Missing(lowest.Id, lowest.Time, []).Select(gap => gap with { Reason = GapReason.NotRequested })] : [];
    }

    /// <summary>Whether a trade of the current id epoch is known.</summary>
    public bool Knows(long id)
    {
        lock (_gate) return _seen.Contains(id);
    }

    /// <summary>Whether live trades came since the last call.</summary>
    public bool WasBusy() => Interlocked.Exchange(ref _busy, 0) != 0;

    /// <summary>Notes that messages were lost on the connection.</summary>
    public void SequenceJumped()
    {
        lock (_gate) _cause = GapCause.SequenceJump;
    }

    /// <summary>Takes an instrument's records of a batch and puts records of gaps among them.</summary>
    /// <param name="origin">The connection, or empty for trades that were fetched.</param>
    /// <param name="records">The records; changed in place.</param>
    /// <param name="opened">Takes the gaps that were opened.</param>
    public void Take(string origin, List<LogRecord> records, ICollection<OpenGap> opened)
    {
        lock (_gate) TakeLocked(origin, records, opened);
    }

    /// <summary>Gives a gap up and returns the record that says so.</summary>
    public LogRecord GiveUp(OpenGap gap, GapReason reason)
    {
        lock (_gate) return GiveUpLocked(gap, reason);
    }

    /// <summary>Returns what takes the feed back to the present moment: what the sink did not take must not be known.</summary>
    public Action Savepoint()
    {
        lock (_gate)
        {
            var (seen, gaps, epoch, origin, isFirst, cause, newest, epochStart, oldHighest, seenOn) = (_seen.Clone(), _gaps.ToList(), IdEpoch, _origin, _isFirstOrigin, _cause, _newest, _epochStart, _oldHighest, SeenOn);
            return () =>
            {
                lock (_gate)
                {
                    foreach (var gap in _gaps) gap.IsSettled = true;
                    foreach (var gap in gaps) gap.IsSettled = false;
                    _gaps.Clear();
                    _gaps.AddRange(gaps);
                    (_seen, IdEpoch, _origin, _isFirstOrigin, _cause, _newest, _epochStart, _oldHighest, SeenOn) = (seen, epoch, origin, isFirst, cause, newest, epochStart, oldHighest, seenOn);
                }
            };
        }
    }

    private List<FeedGap> Missing(long firstId, Timestamp from, IEnumerable<FeedGap> settled)
    {
        var missing = new List<FeedGap>();
        var known = _seen.Runs.Select(run => (run.First, run.Last, run.From, run.Until))
            .Concat(_gaps.Select(gap => gap.Bounds).Where(gap => gap.IdEpoch == IdEpoch).Concat(settled).Select(gap => (First: gap.FirstId, Last: gap.LastId, gap.From, gap.Until)))
            .Where(run => !AnonymousTrades.Contains(run.First)).OrderBy(run => run.First);
        foreach (var (first, last, begin, end) in known)
        {
            if (last < firstId) continue;
            if (first > firstId) missing.Add(new FeedGap(from, begin, firstId, first - 1, IdEpoch, GapCause.History));
            (firstId, from) = (last + 1, end > from ? end : from);
        }

        return missing;
    }

    private void TakeLocked(string origin, List<LogRecord> records, ICollection<OpenGap> opened)
    {
        if (origin.Length > 0 && origin != _origin)
        {
            // The trades of a new connection's snapshot still belong to what was lost with the old one.
            _cause = _isFirstOrigin ? GapCause.Restart : GapCause.Reconnect;
            _isFirstOrigin = false;
            _origin = origin;
        }

        var isLive = origin.Length > 0;
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i].Kind != RecordKind.Trade) continue;
            var trade = records[i].Trade;
            if (isLive && _seen.Count == 0 && IdEpoch == 0) _firstOn = origin;
            i = _seen.Count > 0 && IdEpoch == 0 && trade.TradeId == _seen.HighestId + 1 ? TakeNext(trade, i) : TakeOther(trade, i, isLive, records, opened);
            if (isLive && trade.Source != TradeSource.Snapshot) _cause = GapCause.IdJump;
            if (isLive) (SeenOn, _busy) = (origin, 1);
        }

        if (_gaps.Count > 0) CloseFilled(records);
        _seen.Forget(MaxRuns);
    }

    private LogRecord GiveUpLocked(OpenGap gap, GapReason reason)
    {
        gap.IsSettled = true;
        _gaps.Remove(gap);
        var b = gap.Bounds;
        return LogRecord.OfGapGivenUp(b.From, b.Until, b.FirstId, b.LastId, b.IdEpoch, b.Cause, reason);
    }

    private int TakeNext(in Trade trade, int index)
    {
        _seen.Add(trade.TradeId, trade.ExchangeTime);
        if (trade.ExchangeTime > _newest) _newest = trade.ExchangeTime;
        return index;
    }

    private int TakeOther(in Trade trade, int index, bool isLive, List<LogRecord> records, ICollection<OpenGap> opened)
    {
        var id = trade.TradeId;
        if (isLive && _seen.Count > 0 && id <= _seen.HighestId - RestartDistance && (trade.ExchangeTime > _newest || (trade.ExchangeTime == _newest && !_seen.Contains(id))))
        {
            records.Insert(index++, LogRecord.OfTradeIdsRestarted(trade.ExchangeTime));
            index = Restart(trade, index, records, opened);
        }

        if (IdEpoch > 0)
        {
            var epoch = IsOfEpochBefore(trade) ? (ushort)(IdEpoch - 1) : IdEpoch;
            records[index] = LogRecord.OfTrade(trade with { IdEpoch = epoch });
            if (epoch != IdEpoch) return index;
        }

        // Ids that were made for a file without any say nothing of what lies between.
        if (_seen.Count > 0 && id > _seen.HighestId + 1 && !AnonymousTrades.Contains(_seen.HighestId))
        {
            records.Insert(index++, Open(new FeedGap(_newest, trade.ExchangeTime > _newest ? trade.ExchangeTime : _newest, _seen.HighestId + 1, id - 1, IdEpoch, _cause), opened));
        }

        _seen.Add(id, trade.ExchangeTime);
        if (trade.ExchangeTime > _newest) _newest = trade.ExchangeTime;
        return index;
    }

    /// <summary>
    /// Whether a trade was made before the last restart: not later than the last one that is known from then, and its id is nearer to the old ids than
    /// to the new. Time alone does not tell, as the first new trades may share the millisecond of the last old ones.
    /// </summary>
    private bool IsOfEpochBefore(in Trade trade) =>
        trade.ExchangeTime < _epochStart && Math.Abs(trade.TradeId - _oldHighest) < Math.Abs(trade.TradeId - (_seen.Count > 0 ? _seen.HighestId : 1));

    private int Restart(in Trade trade, int index, List<LogRecord> records, ICollection<OpenGap> opened)
    {
        foreach (var gap in _gaps.ToList()) records.Insert(index++, GiveUpLocked(gap, GapReason.IdsRestarted));
        IdEpoch++;
        _oldHighest = _seen.HighestId;
        _seen = new TradeIdIntervals();
        _epochStart = _newest.Add(TimeSpan.FromMicroseconds(1));
        if (trade.TradeId is > 1 and <= MaxRestartGap) records.Insert(index++, Open(new FeedGap(_newest, trade.ExchangeTime, 1, trade.TradeId - 1, IdEpoch, _cause), opened));
        return index;
    }

    private LogRecord Open(FeedGap bounds, ICollection<OpenGap> opened)
    {
        if (_gaps.Count == MaxGaps)
        {
            // Nobody fetches it any more in this run; it stays in the symbol's book, and the next start asks for it.
            _gaps[0].IsSettled = true;
            _gaps.RemoveAt(0);
        }

        var gap = new OpenGap(this, bounds);
        _gaps.Add(gap);
        opened.Add(gap);
        return LogRecord.OfGapOpened(bounds.From, bounds.Until, bounds.FirstId, bounds.LastId, bounds.IdEpoch, bounds.Cause);
    }

    private void CloseFilled(List<LogRecord> records)
    {
        for (var i = _gaps.Count - 1; i >= 0; i--)
        {
            var b = _gaps[i].Bounds;
            if (!_seen.TryFindAtOrBelow(b.FirstId, out var run) || run.First > b.FirstId || run.Last < b.LastId) continue;
            _gaps[i].IsSettled = true;
            _gaps.RemoveAt(i);
            records.Add(LogRecord.OfGapClosed(b.From, b.Until, b.FirstId, b.LastId, b.IdEpoch, b.Cause));
        }
    }
}
