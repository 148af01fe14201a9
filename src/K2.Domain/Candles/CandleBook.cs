using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// Builds one instrument's candles in all timeframes as a pure function of its log. Not thread-safe; a caller applies a batch to a
/// <see cref="Clone"/> and replaces the book when the effect is durable.
/// </summary>
public sealed class CandleBook
{
    /// <summary>The most windows that one gap record may ask to have rebuilt; older ones keep the completeness they have.</summary>
    private const int MaxGapWindows = 1000;
    private readonly CandleBookOptions _options;
    private readonly CandleSeries[] _series;
    private readonly List<FeedGap> _gaps;
    private readonly HashSet<CandleWindow> _known = [];

    /// <summary>Makes an empty book.</summary>
    public CandleBook(Instrument instrument, CandleBookOptions options)
        : this(instrument, options, [.. Timeframes.All.Select(timeframe => new CandleSeries(timeframe))], [], new TradeIdIntervals(options.MaxIntervals))
    {
    }

    internal CandleBook(Instrument instrument, CandleBookOptions options, CandleSeries[] series, List<FeedGap> gaps, TradeIdIntervals seen)
    {
        Instrument = instrument;
        _options = options;
        _series = series;
        _gaps = gaps;
        Seen = seen;
    }

    /// <summary>The instrument.</summary>
    public Instrument Instrument { get; }

    /// <summary>The highest log position applied, or <see cref="LogPosition.None"/>.</summary>
    public LogPosition Position { get; internal set; }

    /// <summary>The highest exchange time that a watermark record has proven, or null. Windows that end at or before it are closed.</summary>
    public Timestamp? Watermark { get; internal set; }

    /// <summary>The trade ids seen in the current id epoch.</summary>
    public TradeIdIntervals Seen { get; private set; }

    /// <summary>How often the exchange has restarted its ids.</summary>
    public ushort IdEpoch { get; internal set; }

    internal bool HasWatermarkSinceWrite { get; set; }

    internal IReadOnlyList<CandleSeries> Series => _series;

    internal IReadOnlyList<FeedGap> Gaps => _gaps;

    /// <summary>Returns an independent copy.</summary>
    public CandleBook Clone() => new(Instrument, _options, Array.ConvertAll(_series, series => series.Clone()), [.. _gaps], Seen.Clone())
    {
        Position = Position,
        Watermark = Watermark,
        IdEpoch = IdEpoch,
        HasWatermarkSinceWrite = HasWatermarkSinceWrite,
    };

    /// <summary>Whether only the warehouse can say if the trade is known: its id is of an older id epoch, or lies where ids were forgotten.</summary>
    public bool MustLookUp(in Trade trade) => trade.IdEpoch != IdEpoch || (trade.TradeId < Seen.Floor && !Seen.Contains(trade.TradeId));

    /// <summary>
    /// Names the windows that the record may touch and that have left memory. The caller has them rebuilt and calls <see cref="Restore"/> or
    /// <see cref="RestoreEmpty"/> for each before <see cref="Apply"/>; all records of a batch may be asked before the first is applied.
    /// </summary>
    public void CollectMissingWindows(in LogRecord record, ICollection<CandleWindow> missing)
    {
        switch (record.Kind)
        {
            case RecordKind.Trade:
                CollectAt(record.Trade.ExchangeTime, missing);
                if (Seen.TryFindHole(record.Trade.TradeId, out var before, out var after))
                {
                    CollectAt(before.Until, missing);
                    CollectAt(after.From, missing);
                }

                break;
            case RecordKind.GapOpened or RecordKind.GapClosed:
                foreach (var series in _series)
                {
                    var start = series.Timeframe.WindowStart(record.Time);
                    for (var n = 0; n < MaxGapWindows && start < record.Until; n++, start = new(start.Microseconds + series.Timeframe.LengthMicroseconds())) Collect(series, start, missing);
                }

                break;
        }
    }

    /// <summary>Takes back a window that had left memory, as the warehouse's trades up to <see cref="Position"/> make it. Nothing is written for it.</summary>
    public void Restore(Candle candle)
    {
        var slot = new CandleSlot(candle.Timeframe, candle.WindowStart)
        {
            Open = candle.Open,
            High = candle.High,
            Low = candle.Low,
            Close = candle.Close,
            Volume = candle.Volume,
            QuoteVolume = candle.QuoteVolume,
            TradeCount = candle.TradeCount,
            OpenTime = candle.OpenTime,
            CloseTime = candle.CloseTime,
            OpenTradeId = candle.OpenTradeId,
            CloseTradeId = candle.CloseTradeId,
            Revision = candle.Revision,
        };
        slot.Closed = Watermark is { } reached && slot.End <= reached;
        slot.Complete = CompletenessOf(slot);
        _series[(int)candle.Timeframe - 1].Add(slot);
    }

    /// <summary>Notes that the warehouse holds no trade of a window that was asked for.</summary>
    public void RestoreEmpty(CandleWindow window) => _known.Add(window);

    /// <summary>Takes a position over without a record: the entry there was damaged and is kept elsewhere.</summary>
    /// <exception cref="ArgumentException">The position is not above <see cref="Position"/>.</exception>
    public void Skip(LogPosition position)
    {
        if (position <= Position) throw new ArgumentException($"position {position} is not above {Position}", nameof(position));
        Position = position;
    }

    /// <summary>Applies one record.</summary>
    /// <param name="position">Its log position, above <see cref="Position"/>.</param>
    /// <param name="record">The record.</param>
    /// <param name="changes">Takes what the record brought.</param>
    /// <param name="knownInWarehouse">Whether a trade for which <see cref="MustLookUp"/> holds is stored.</param>
    /// <exception cref="ArgumentException">The position is not above the book's, or the trade is of another kind than the instrument's.</exception>
    public void Apply(LogPosition position, in LogRecord record, BookChanges changes, bool knownInWarehouse = false)
    {
        if (record.Kind == RecordKind.Trade && record.Trade.Kind != Instrument.TradeKind)
            throw new ArgumentException($"{Instrument.Id} takes trades of kind {Instrument.TradeKind}, not {record.Trade.Kind}", nameof(record));
        Skip(position);
        switch (record.Kind)
        {
            case RecordKind.Trade:
                ApplyTrade(position, record.Trade, changes, knownInWarehouse);
                break;
            case RecordKind.Watermark:
                if (record.LastId >= 0) Seen.ProveUntil(record.LastId, record.Time);
                if (Watermark is null || record.Time > Watermark) Watermark = record.Time;
                HasWatermarkSinceWrite = true;
                break;
            case RecordKind.GapOpened:
                _gaps.Add(new FeedGap(record.Time, record.Until));
                break;
            case RecordKind.GapClosed:
                _gaps.Remove(new FeedGap(record.Time, record.Until));
                break;
            case RecordKind.TradeIdsRestarted:
                IdEpoch++;
                Seen = new TradeIdIntervals(_options.MaxIntervals);
                break;
            default:
                throw new ArgumentException($"a record of kind {record.Kind} cannot be applied", nameof(record));
        }
    }

    /// <summary>Ends a batch: closes what the watermark has passed, moves the rows to be written now into the changes, and lets old candles leave memory.</summary>
    public void TakeChanges(BookChanges changes)
    {
        foreach (var series in _series)
        {
            foreach (var slot in series.Slots) Settle(slot, changes);
            Evict(series);
        }

        HasWatermarkSinceWrite = false;
        _known.Clear();
        while (_gaps.Count > _options.MaxIntervals) _gaps.RemoveAt(0);
    }

    /// <summary>Returns every candle in memory, shortest timeframe first, then by window.</summary>
    public IReadOnlyList<Candle> Candles() => [.. _series.SelectMany(series => series.Slots).Select(slot => slot.ToCandle(Instrument.Id, Position))];

    /// <summary>Returns the stored form of the whole state.</summary>
    public byte[] Serialize() => CandleBookCodec.Serialize(this);

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged, of another version, or of another instrument's scales.</exception>
    public static CandleBook Deserialize(Instrument instrument, ReadOnlySpan<byte> state, CandleBookOptions options) => CandleBookCodec.Deserialize(instrument, state, options);

    private void ApplyTrade(LogPosition position, in Trade trade, BookChanges changes, bool knownInWarehouse)
    {
        if (knownInWarehouse || (trade.IdEpoch == IdEpoch && !Seen.Add(trade.TradeId, trade.ExchangeTime)))
        {
            changes.KnownIds.Add(new PositionedTrade(position, trade));
            return;
        }

        changes.NewTrades.Add(new PositionedTrade(position, trade));
        foreach (var series in _series)
        {
            var slot = series.At(trade.ExchangeTime);
            slot.Add(trade);
            if (Watermark is not { } reached || slot.End > reached) continue;

            // Whether this record or an earlier one of the batch closed the window makes no difference: the watermark decides.
            slot.Revision++;
            slot.Revised = true;
            slot.Due = true;
            if (series.Timeframe == Timeframe.OneMinute) changes.Late++;
        }
    }

    private void Settle(CandleSlot slot, BookChanges changes)
    {
        var closed = Watermark is { } reached && slot.End <= reached;
        var complete = CompletenessOf(slot);
        if (closed != slot.Closed || (complete != slot.Complete && closed)) slot.Due = true;
        if (complete != slot.Complete) slot.Dirty = true;
        slot.Closed = closed;
        slot.Complete = complete;
        if (!slot.Due && !(slot.Dirty && HasWatermarkSinceWrite)) return;

        var row = slot.ToCandle(Instrument.Id, Position);
        changes.Candles.Add(row);
        if (slot.Revised) changes.Revisions.Add(row);
        slot.Dirty = slot.Due = slot.Revised = false;
    }

    private Completeness CompletenessOf(CandleSlot slot)
    {
        foreach (var gap in _gaps)
        {
            if (gap.From < slot.End && gap.Until > slot.Start) return Completeness.No;
        }

        var runs = Seen.Runs;
        for (var i = runs.Count - 1; i >= 0; i--)
        {
            var run = runs[i];
            if (run.From >= slot.Start)
            {
                if (i == 0) return Completeness.No; // Nothing before the window is known: the feed began inside it, or older ids were forgotten.
                if (runs[i - 1].Until < slot.End) return Completeness.No; // The hole before this run overlaps the window.
                continue;
            }

            return run.Until >= slot.End ? Completeness.Yes : i == runs.Count - 1 ? Completeness.Unknown : Completeness.No;
        }

        return Completeness.Unknown;
    }

    private void Evict(CandleSeries series)
    {
        if (Watermark is not { } reached) return;
        var horizon = reached.Add(-_options.RetainClosed);
        var waiting = 0;
        for (var i = series.Slots.Count - 1; i >= 0; i--)
        {
            var slot = series.Slots[i];
            if (!slot.Closed || slot.End > horizon) continue;
            if (slot.Complete == Completeness.Unknown && ++waiting <= _options.MaxRetainedPerTimeframe) continue;
            series.RemoveAt(i);
        }

        // A window without trades leaves no candle behind, but a late trade of it must not be taken for one of a new window.
        if (series.Timeframe.WindowStart(horizon) is var passed && passed > series.EvictedBefore) series.EvictedBefore = passed;
    }

    private void CollectAt(Timestamp time, ICollection<CandleWindow> missing)
    {
        foreach (var series in _series) Collect(series, series.Timeframe.WindowStart(time), missing);
    }

    private void Collect(CandleSeries series, Timestamp start, ICollection<CandleWindow> missing)
    {
        if (start >= series.EvictedBefore || series.Find(start) is not null) return;
        var window = new CandleWindow(series.Timeframe, start);
        if (!_known.Contains(window) && !missing.Contains(window)) missing.Add(window);
    }
}
