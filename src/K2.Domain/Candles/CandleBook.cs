using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// Builds one instrument's candles in all timeframes as a pure function of its log. For each batch a caller takes a <see cref="Clone"/>, brings
/// back what left memory (<see cref="CollectMissingWindows"/>, <see cref="Restore"/>), applies the records, ends with <see cref="TakeChanges"/>,
/// and replaces the book once the changes are durable. How records are cut into batches changes no final row. Not thread-safe.
/// </summary>
public sealed class CandleBook
{
    private readonly CandleBookOptions _options;
    private readonly CandleSeries[] _series;
    private readonly List<FeedGap> _gaps;
    private readonly SeenTrades _seen;
    private readonly HashSet<CandleWindow> _knownEmpty = [];

    /// <summary>The slots of the last trade. Windows nest, so a trade inside the shortest one is inside all of them.</summary>
    private CandleSlot[]? _current;

    /// <summary>Makes an empty book.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public CandleBook(Instrument instrument, CandleBookOptions options)
        : this(instrument, options, [.. Timeframes.All.Select(timeframe => new CandleSeries(timeframe))], [], new SeenTrades())
    {
    }

    internal CandleBook(Instrument instrument, CandleBookOptions options, CandleSeries[] series, List<FeedGap> gaps, SeenTrades seen)
    {
        options.Validate();
        Instrument = instrument;
        _options = options;
        _series = series;
        _gaps = gaps;
        _seen = seen;
    }

    /// <summary>The instrument.</summary>
    public Instrument Instrument { get; }

    /// <summary>The highest log position applied, or <see cref="LogPosition.None"/>.</summary>
    public LogPosition Position { get; internal set; }

    /// <summary>The highest exchange time that a watermark record has proven, or null. Windows that end at or before it are closed.</summary>
    public Timestamp? Watermark { get; internal set; }

    /// <summary>The trade ids seen in the current id epoch. Only this book changes them.</summary>
    public TradeIdIntervals Seen => _seen.Current.Ids;

    /// <summary>
    /// The current id epoch: how often the exchange has restarted its ids, raised by the record of a restart or by the first trade of a higher
    /// epoch. A trade belongs to the epoch that its connector stamped, so that a late one of the epoch before is still known by its id.
    /// </summary>
    public ushort IdEpoch => _seen.Current.Epoch;

    /// <summary>
    /// Windows that ended at or before this moment may have left memory. It is kept in the state: with a longer retention after a restart, what
    /// had left would otherwise be taken for new.
    /// </summary>
    internal Timestamp? EvictedUntil { get; set; }

    /// <summary>Watermark records taken since the book was made or read; only differences count.</summary>
    internal long Watermarks { get; set; }

    internal IReadOnlyList<CandleSeries> Series => _series;

    /// <summary>The gaps that are open or given up.</summary>
    public IReadOnlyList<FeedGap> Gaps => _gaps;

    internal SeenTrades SeenTrades => _seen;

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged, of another version, or of another instrument's scales.</exception>
    public static CandleBook Deserialize(Instrument instrument, ReadOnlySpan<byte> state, CandleBookOptions options) => CandleBookCodec.Deserialize(instrument, state, options);

    /// <summary>Returns an independent copy, also of what the current batch has brought.</summary>
    public CandleBook Clone()
    {
        var copy = new CandleBook(Instrument, _options, Array.ConvertAll(_series, series => series.Clone()), [.. _gaps], _seen.Clone())
        {
            Position = Position,
            Watermark = Watermark,
            EvictedUntil = EvictedUntil,
            Watermarks = Watermarks,
        };
        copy._knownEmpty.UnionWith(_knownEmpty);
        return copy;
    }

    /// <summary>
    /// Whether only the warehouse can say if the trade is known: its id lies where holes were forgotten, or is of an id epoch before the last two.
    /// The answer holds until <see cref="TakeChanges"/>, so all records of a batch may be asked before the first is applied.
    /// </summary>
    public bool MustLookUp(in Trade trade) => _seen.MustLookUp(trade.IdEpoch, trade.TradeId);

    /// <summary>
    /// Names the windows whose values or completeness the record may change and that may have left memory. The caller has them rebuilt up to
    /// <see cref="Position"/> and calls <see cref="Restore"/> or <see cref="RestoreEmpty"/> for each before <see cref="Apply"/>; all records of a
    /// batch may be asked before the first is applied.
    /// </summary>
    public void CollectMissingWindows(in LogRecord record, ICollection<CandleWindow> missing)
    {
        if (EvictedUntil is not { } horizon) return;
        var windows = new MissingWindows(_series, _knownEmpty, horizon, missing);
        TradeIdInterval edge;
        switch (record.Kind)
        {
            case RecordKind.Trade:
                var trade = record.Trade;
                if (_seen.Contains(trade.IdEpoch, trade.TradeId)) return;
                windows.At(trade.ExchangeTime);

                // The id fills, shrinks or opens a hole: the windows at its edges may become complete, or incomplete, without a trade of their own.
                if (_seen.TryFindAtOrBelow(trade.IdEpoch, trade.TradeId, out edge)) windows.At(edge.Until);
                if (_seen.TryFindAbove(trade.IdEpoch, trade.TradeId, out edge)) windows.At(edge.From);
                break;
            case RecordKind.Watermark when record.LastId >= 0:
                if (_seen.TryFindAtOrBelow(IdEpoch, record.LastId, out edge)) windows.At(edge.Until);
                break;
            case RecordKind.GapOpened or RecordKind.GapClosed:
                windows.Overlapping(FeedGap.Of(record));
                break;
        }
    }

    /// <summary>
    /// Takes back a window that had left memory: values and revision as the warehouse's trades up to <see cref="Position"/> make them. Closed and
    /// complete are derived here; nothing is written for it unless the batch changes it. A window that is in memory is left as it is.
    /// </summary>
    public void Restore(Candle candle)
    {
        var series = _series[(int)candle.Timeframe - 1];
        if (series.Find(candle.WindowStart) is not null) return;

        var slot = series.At(candle.WindowStart);
        slot.Load(candle);
        slot.Closed = IsClosed(slot);
        slot.Complete = CompletenessRule.Of(slot.Start, slot.End, _seen, _gaps, Completeness.Unknown);
    }

    /// <summary>Notes until the end of the batch that the warehouse holds no trade of a window that was asked for.</summary>
    public void RestoreEmpty(CandleWindow window) => _knownEmpty.Add(window);

    /// <summary>Takes a position over without a record: the entry there was damaged and is kept elsewhere.</summary>
    /// <exception cref="ArgumentException">The position is not above <see cref="Position"/>.</exception>
    public void Skip(LogPosition position)
    {
        if (position <= Position) throw new ArgumentException($"position {position} is not above {Position}", nameof(position));
        Position = position;
    }

    /// <summary>
    /// Applies one record. A trade into a window that the watermark has passed raises the candle's revision by one, also where it is the
    /// window's first: the candle then appears closed with revision 1.
    /// </summary>
    /// <param name="position">Its log position, above <see cref="Position"/>.</param>
    /// <param name="record">The record.</param>
    /// <param name="changes">Takes what the record brought.</param>
    /// <param name="knownInWarehouse">Whether a trade for which <see cref="MustLookUp"/> holds is stored at or below <see cref="Position"/>.</param>
    /// <exception cref="ArgumentException">
    /// The position is not above the book's, the record's kind is unknown, or the trade is of another kind than the instrument's or stands for no
    /// trade. The book is unchanged.
    /// </exception>
    /// <exception cref="OverflowException">A sum leaves 128 bits. The book is to be dropped.</exception>
    public void Apply(LogPosition position, in LogRecord record, BookChanges changes, bool knownInWarehouse = false)
    {
        Check(record);
        Skip(position);
        switch (record.Kind)
        {
            case RecordKind.Trade:
                ApplyTrade(position, record, changes, knownInWarehouse);
                break;
            case RecordKind.Watermark:
                if (record.LastId >= 0) Seen.ProveUntil(record.LastId, record.Time);
                if (Watermark is null || record.Time > Watermark) Watermark = record.Time;
                Watermarks++;
                break;
            case RecordKind.GapOpened:
                OpenGap(position, FeedGap.Of(record), changes);
                break;
            case RecordKind.GapClosed:
                CloseGaps(position, FeedGap.Of(record), changes);
                break;
            case RecordKind.GapGivenUp:
                GiveUpGaps(position, FeedGap.Of(record), changes);
                break;
            case RecordKind.TradeIdsRestarted:
                _seen.RaiseEpoch();
                break;
        }
    }

    /// <summary>
    /// Ends a batch: moves the rows to be written now into the changes, stamped with <see cref="Position"/>, and lets old candles leave memory.
    /// Closed, revised and re-judged closed candles are written at once; a forming one once a watermark record has followed its change.
    /// </summary>
    public void TakeChanges(BookChanges changes)
    {
        CloseFilledGaps(changes);
        foreach (var series in _series)
        {
            foreach (var slot in series.Slots) Settle(slot, changes);
        }

        if (Watermark is { } reached) Evict(reached.Add(-_options.RetainClosed));

        _current = null;
        _knownEmpty.Clear();
        _seen.EndBatch(_options.MaxIntervals);
        if (_gaps.Count > _options.MaxIntervals) _gaps.RemoveRange(0, _gaps.Count - _options.MaxIntervals);
    }

    /// <summary>
    /// Returns every candle in memory, shortest timeframe first, then by window. Closed and complete are as of the last <see cref="TakeChanges"/>.
    /// </summary>
    public IReadOnlyList<Candle> Candles() => [.. _series.SelectMany(series => series.Slots).Select(slot => slot.ToCandle(Instrument.Id, Position))];

    /// <summary>Returns the stored form of the state. What a batch only notes for itself is not in it: call it behind <see cref="TakeChanges"/>.</summary>
    public byte[] Serialize() => CandleBookCodec.Serialize(this);

    private void OpenGap(LogPosition position, FeedGap gap, BookChanges changes)
    {
        // A connector that was restarted may report a gap again, or a wider one: what lies inside another is not one more.
        if (_gaps.Exists(known => known.Holds(gap)) || IsFilled(gap)) return;
        _gaps.Add(gap);
        changes.Gaps.Add(new GapChange(gap, GapState.Open, position));
    }

    private void CloseGaps(LogPosition position, FeedGap closed, BookChanges changes)
    {
        for (var i = _gaps.Count - 1; i >= 0; i--)
        {
            if (!closed.Holds(_gaps[i])) continue;
            changes.Gaps.Add(new GapChange(_gaps[i], GapState.Filled, position));
            _gaps.RemoveAt(i);
        }
    }

    private void GiveUpGaps(LogPosition position, FeedGap lost, BookChanges changes)
    {
        for (var i = 0; i < _gaps.Count; i++)
        {
            if (!lost.Holds(_gaps[i])) continue;
            _gaps[i] = _gaps[i] with { Reason = lost.Reason };
            changes.Gaps.Add(new GapChange(_gaps[i], GapState.Unfillable, position));
        }
    }

    /// <summary>A gap whose ids are all there is closed, whether or not its connector lived long enough to say so.</summary>
    private void CloseFilledGaps(BookChanges changes)
    {
        for (var i = _gaps.Count - 1; i >= 0; i--)
        {
            if (!IsFilled(_gaps[i])) continue;
            changes.Gaps.Add(new GapChange(_gaps[i], GapState.Filled, Position));
            _gaps.RemoveAt(i);
        }
    }

    private bool IsFilled(FeedGap gap) => gap.HasIds && _seen.TryFindAtOrBelow(gap.IdEpoch, gap.FirstId, out var run) && run.First <= gap.FirstId && run.Last >= gap.LastId && _seen.Contains(gap.IdEpoch, gap.FirstId);

    private void Check(in LogRecord record)
    {
        if (record.Kind is RecordKind.Unknown or > RecordKind.GapGivenUp) throw new ArgumentException($"a record of kind {record.Kind} cannot be applied", nameof(record));
        if (record.Kind != RecordKind.Trade) return;
        if (record.Trade.Kind != Instrument.TradeKind) throw new ArgumentException($"{Instrument.Id} takes trades of kind {Instrument.TradeKind}, not {record.Trade.Kind}", nameof(record));
        if (record.Trade.LastTradeId < record.Trade.FirstTradeId)
            throw new ArgumentException($"trade {record.Trade.TradeId} of {Instrument.Id} ends with id {record.Trade.LastTradeId} before its first {record.Trade.FirstTradeId}", nameof(record));
    }

    private void ApplyTrade(LogPosition position, in LogRecord record, BookChanges changes, bool knownInWarehouse)
    {
        var trade = record.Trade;
        if (knownInWarehouse || !_seen.Add(trade.IdEpoch, trade.TradeId, trade.ExchangeTime))
        {
            changes.KnownIds.Add(new PositionedTrade(position, trade));
            return;
        }

        changes.NewTrades.Add(new PositionedTrade(position, trade));
        var current = CurrentAt(trade.ExchangeTime);
        var quoteVolume = trade.QuoteVolume;
        foreach (var slot in current)
        {
            slot.Add(trade, quoteVolume);
            if (slot.DirtySince == CandleSlot.Clean) slot.DirtySince = Watermarks;
            if (!IsClosed(slot)) continue;

            // Whether this batch or an earlier one closed the window makes no difference: the watermark decides.
            slot.Revision++;
            slot.Revised = true;
            if (slot.Timeframe == Timeframe.OneMinute) changes.Late++;
        }
    }

    private CandleSlot[] CurrentAt(Timestamp time)
    {
        if (_current is { } current && time >= current[0].Start && time < current[0].End) return current;
        return _current = Array.ConvertAll(_series, series => series.At(time));
    }

    private void Evict(Timestamp horizon)
    {
        foreach (var series in _series) series.Evict(horizon, _options.MaxRetainedPerTimeframe);
        if (EvictedUntil is not { } before || horizon > before) EvictedUntil = horizon;
    }

    private bool IsClosed(CandleSlot slot) => Watermark is { } reached && slot.End <= reached;

    private void Settle(CandleSlot slot, BookChanges changes)
    {
        var closed = IsClosed(slot);
        var complete = CompletenessRule.Of(slot.Start, slot.End, _seen, _gaps, slot.Complete);
        var isRejudged = complete != slot.Complete;
        var isDue = slot.Revised || closed != slot.Closed || (closed && isRejudged);
        slot.Closed = closed;
        slot.Complete = complete;
        if (isDue || Watermarks > slot.DirtySince)
        {
            var row = slot.ToCandle(Instrument.Id, Position);
            changes.Candles.Add(row);
            if (slot.Revised) changes.Revisions.Add(row);
            slot.Revised = false;
            slot.DirtySince = CandleSlot.Clean;
        }
        else if (isRejudged && slot.DirtySince == CandleSlot.Clean)
        {
            slot.DirtySince = Watermarks;
        }
    }
}
