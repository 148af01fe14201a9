using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// Builds one instrument's candles in all timeframes as a pure function of its log. For each batch a caller takes a <see cref="Clone"/>, brings
/// back what left memory (<see cref="CollectMissingWindows"/>, <see cref="Restore"/>), applies the records, ends with <see cref="TakeChanges"/>,
/// and replaces the book once the changes are durable. How records are cut into batches changes no final row. Not thread-safe.
/// </summary>
public sealed partial class CandleBook
{
    private readonly CandleBookOptions _options;
    private readonly BookWindows _windows;
    private readonly BookGaps _gaps;
    private readonly SeenTrades _seen;
    private bool _hasUnrecorded;

    /// <summary>Makes an empty book.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public CandleBook(Instrument instrument, CandleBookOptions options)
        : this(instrument, options, new BookWindows([.. Timeframes.All.Select(timeframe => new CandleSeries(timeframe))]), new BookGaps([]), new SeenTrades())
    {
    }

    internal CandleBook(Instrument instrument, CandleBookOptions options, BookWindows windows, BookGaps gaps, SeenTrades seen)
    {
        options.Validate();
        Instrument = instrument;
        _options = options;
        _windows = windows;
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
    internal Timestamp? EvictedUntil => _windows.EvictedUntil;

    /// <summary>Watermark records taken since the book was made or read; only differences count.</summary>
    internal long Watermarks { get; set; }

    internal IReadOnlyList<CandleSeries> Series => _windows.Series;

    /// <summary>The gaps that are open or given up.</summary>
    public IReadOnlyList<FeedGap> Gaps => _gaps.All;

    internal SeenTrades SeenTrades => _seen;

    /// <summary>Reads the stored form.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged, of another version, or of another instrument's scales.</exception>
    public static CandleBook Deserialize(Instrument instrument, ReadOnlySpan<byte> state, CandleBookOptions options) => CandleBookCodec.Deserialize(instrument, state, options);

    /// <summary>Returns an independent copy, also of what the current batch has brought.</summary>
    public CandleBook Clone() => new(Instrument, _options, _windows.Clone(), _gaps.Clone(), _seen.Clone())
    {
        Position = Position,
        Watermark = Watermark,
        Watermarks = Watermarks,
        _hasUnrecorded = _hasUnrecorded,
    };

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
        if (record.Kind != RecordKind.Trade || !IsBeyondHorizon(record.Trade)) _windows.CollectMissing(record, _seen, missing);
        if (record.Kind != RecordKind.GapClosed) return;

        // By its ids it may close gaps that were noticed with other times than its own.
        foreach (var gap in _gaps.HeldBy(FeedGap.Of(record))) _windows.CollectOverlapping(gap, missing);
    }

    /// <summary>
    /// Names the windows under gaps that the batch may fill: they were judged while the gap was open, and no record of their own brings them back. To be
    /// asked for a whole batch, beside <see cref="CollectMissingWindows"/> for its records.
    /// </summary>
    public void CollectWindowsOfFilledGaps(IReadOnlyCollection<LogRecord> batch, ICollection<CandleWindow> missing)
    {
        foreach (var gap in _gaps.All)
        {
            if (!gap.HasIds) continue;
            var lacking = (Int128)gap.LastId - gap.FirstId + 1 - _seen.CountBetween(gap.IdEpoch, gap.FirstId, gap.LastId);
            if (lacking > batch.Count) continue;
            var coming = batch.Where(record => record.Kind == RecordKind.Trade && record.Trade.IdEpoch == gap.IdEpoch && record.Trade.TradeId >= gap.FirstId && record.Trade.TradeId <= gap.LastId);
            if (coming.LongCount() >= lacking) _windows.CollectOverlapping(gap, missing);
        }
    }

    /// <summary>The midnight before which the warehouse may have dropped days, or null before the first watermark. It only rises.</summary>
    public Timestamp? Horizon => Watermark is { } reached ? Timeframe.OneDay.WindowStart(reached.Add(-_options.SilverRetention)) : null;

    /// <summary>
    /// Whether a trade is so old that the warehouse may have dropped its day. What is true stays true: the horizon only rises, with the watermark.
    /// </summary>
    public bool IsBeyondHorizon(in Trade trade) => Horizon is { } horizon && trade.ExchangeTime < horizon;

    /// <summary>
    /// Takes back a window that had left memory: values and revision as the warehouse's trades up to <see cref="Position"/> make them. Closed and
    /// complete are derived here; nothing is written for it unless the batch changes it. A window that is in memory is left as it is.
    /// </summary>
    public void Restore(Candle candle)
    {
        if (_windows.TryMake(new CandleWindow(candle.Timeframe, candle.WindowStart)) is not { } slot) return;
        slot.Load(candle);
        slot.Closed = IsClosed(slot);
        slot.Complete = CompletenessRule.Of(slot.Start, slot.End, _seen, _gaps.All, Completeness.Unknown);
    }

    /// <summary>Notes until the end of the batch that the warehouse holds no trade of a window that was asked for.</summary>
    public void RestoreEmpty(CandleWindow window) => _windows.NoteEmpty(window);

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
    /// <param name="isThinned">Whether the warehouse no longer holds all trades of the trade's windows, so that it is taken for one beyond the horizon.</param>
    /// <exception cref="ArgumentException">
    /// The position is not above the book's, the record's kind is unknown, or the trade is of another kind than the instrument's or stands for no
    /// trade. The book is unchanged.
    /// </exception>
    /// <exception cref="OverflowException">A sum leaves 128 bits. The book is to be dropped.</exception>
    public void Apply(LogPosition position, in LogRecord record, BookChanges changes, bool knownInWarehouse = false, bool isThinned = false)
    {
        Check(record);
        var before = Position;
        Skip(position);
        switch (record.Kind)
        {
            case RecordKind.Trade:
                ApplyTrade(position, record, changes, knownInWarehouse, isThinned);
                break;
            case RecordKind.Watermark:
                RecordRevisions(before, changes);
                if (record.LastId >= 0) Seen.ProveUntil(record.LastId, record.Time);
                Watermarks++;
                if (Watermark is { } reached && record.Time <= reached) break;
                Watermark = record.Time;
                CloseWindows(changes);
                break;
            // What is filled by now is no gap any more, wherever a batch ends: else it might hide another one.
            case RecordKind.GapOpened:
                _gaps.CloseFilled(position, _seen, changes);
                _gaps.Open(position, FeedGap.Of(record), _seen, changes);
                break;
            case RecordKind.GapClosed:
                _gaps.CloseFilled(position, _seen, changes);
                _gaps.Close(position, FeedGap.Of(record), changes);
                break;
            case RecordKind.GapGivenUp:
                _gaps.CloseFilled(position, _seen, changes);
                _gaps.GiveUp(position, FeedGap.Of(record), changes);
                break;
            case RecordKind.TradeIdsRestarted:
                _seen.RaiseEpoch();
                break;
            case RecordKind.RestoredTrade:
                BookRebuild.Restore(position, record.Trade, _seen, changes, knownInWarehouse);
                break;
        }
    }

    /// <summary>
    /// Applies a rebuild record, for which the caller brings what the warehouse holds of the windows of <see cref="BookRebuild.WindowsOf"/>: their
    /// candles made anew of the trades at or below <see cref="Position"/>, and their rows. A row that differs is replaced, a closed one with
    /// its revision raised; one that is lost comes back with the revision it had; a window without trades leaves memory. Everything below the
    /// record must be durable, and <see cref="TakeChanges"/> has to follow before another record.
    /// </summary>
    /// <param name="position">The record's position, above <see cref="Position"/>.</param>
    /// <param name="record">The record.</param>
    /// <param name="derived">Candles by <c>RebuildCandlesAsync</c>.</param>
    /// <param name="stored">The rows as they are.</param>
    /// <param name="recorded">How many trades the history's latest row of each window holds, at or below <see cref="Position"/>; windows without a history are not in it.</param>
    /// <param name="changes">Takes candles whose completeness alone is judged anew.</param>
    public void Rebuild(
        LogPosition position, in LogRecord record, IReadOnlyCollection<Candle> derived, IReadOnlyCollection<Candle> stored, IReadOnlyDictionary<CandleWindow, long> recorded, BookChanges changes)
    {
        if (record.Kind != RecordKind.Rebuild) throw new ArgumentException($"a record of kind {record.Kind} rebuilds nothing", nameof(record));
        Skip(position);
        BookRebuild.Apply(position, record, derived, stored, recorded, this, _windows, changes);
        _hasUnrecorded = true;
    }

    /// <summary>
    /// Ends a batch: moves the rows to be written now into the changes, stamped with <see cref="Position"/>, and lets old candles leave memory.
    /// Closings stand in the history at the very record that closed them; revisions behind the last watermark record at the batch's end.
    /// Closed, revised and re-judged closed candles are written at once; a forming one once a watermark record has followed its change.
    /// </summary>
    public void TakeChanges(BookChanges changes)
    {
        _gaps.CloseFilled(Position, _seen, changes);
        RecordRevisions(Position, changes);
        foreach (var series in _windows.Series)
        {
            foreach (var slot in series.Slots) Settle(slot, changes);
        }

        _windows.EndBatch(Watermark?.Add(-_options.RetainClosed), _options.MaxRetainedPerTimeframe);
        _seen.EndBatch(_options.MaxIntervals);
        _gaps.Trim(_options.MaxIntervals);
    }

    /// <summary>
    /// Returns every candle in memory, shortest timeframe first, then by window. Closed and complete are as of the last <see cref="TakeChanges"/>.
    /// </summary>
    public IReadOnlyList<Candle> Candles() => [.. Series.SelectMany(series => series.Slots).Select(slot => slot.ToCandle(Instrument.Id, Position))];

    /// <summary>Returns the stored form of the state. What a batch only notes for itself is not in it: call it behind <see cref="TakeChanges"/>.</summary>
    public byte[] Serialize() => CandleBookCodec.Serialize(this);

    private void Check(in LogRecord record)
    {
        if (record.Kind is RecordKind.Unknown or RecordKind.Rebuild or > RecordKind.RestoredTrade) throw new ArgumentException($"a record of kind {record.Kind} cannot be applied", nameof(record));
        if (!record.HasTrade) return;
        if (record.Trade.Kind != Instrument.TradeKind) throw new ArgumentException($"{Instrument.Id} takes trades of kind {Instrument.TradeKind}, not {record.Trade.Kind}", nameof(record));
        if (record.Trade.LastTradeId < record.Trade.FirstTradeId)
            throw new ArgumentException($"trade {record.Trade.TradeId} of {Instrument.Id} ends with id {record.Trade.LastTradeId} before its first {record.Trade.FirstTradeId}", nameof(record));
    }

    private void ApplyTrade(LogPosition position, in LogRecord record, BookChanges changes, bool knownInWarehouse, bool isThinned)
    {
        var trade = record.Trade;
        if ((isThinned || IsBeyondHorizon(trade)) && !knownInWarehouse && !_seen.Contains(trade.IdEpoch, trade.TradeId))
        {
            // Its id stays unseen, so that the trade is new when it comes again and can be taken.
            changes.BeyondHorizon.Add(new PositionedTrade(position, trade));
            return;
        }

        if (knownInWarehouse || !_seen.Add(trade.IdEpoch, trade.TradeId, trade.ExchangeTime))
        {
            changes.KnownIds.Add(new PositionedTrade(position, trade));
            return;
        }

        changes.NewTrades.Add(new PositionedTrade(position, trade));
        var slots = _windows.At(trade.ExchangeTime);
        var quoteVolume = trade.QuoteVolume;
        foreach (var slot in slots)
        {
            slot.Add(trade, quoteVolume);
            if (slot.DirtySince == CandleSlot.Clean) slot.DirtySince = Watermarks;
            if (!IsClosed(slot)) continue;

            // Whether this batch or an earlier one closed the window makes no difference: the watermark decides.
            slot.Revision++;
            slot.Revised = slot.IsUnrecorded = _hasUnrecorded = true;
            if (slot.Timeframe == Timeframe.OneMinute) changes.Late++;
        }
    }

    internal Completeness CompletenessOf(CandleSlot slot, Completeness before) => CompletenessRule.Of(slot.Start, slot.End, _seen, _gaps.All, before);

    internal bool IsClosed(CandleSlot slot) => Watermark is { } reached && slot.End <= reached;
}
