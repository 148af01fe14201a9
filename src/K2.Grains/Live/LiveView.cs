using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Grains.Live;

/// <summary>
/// An instrument as it is now: a book that begins at a durable checkpoint and takes what the connector passes on. Trades that were left out
/// show as a hole in the ids; then the checkpoint is read again and the latest records are applied on top of it. One call at a time.
/// </summary>
internal sealed class LiveView(Instrument instrument, CandleBookOptions options)
{
    private const int RecentBytes = 1 << 20;
    private readonly Queue<byte[]> _recent = new();
    private readonly BookChanges _changes = new();
    private readonly List<CandleWindow> _evicted = [];
    private int _recentBytes;
    private int _durableRuns;
    private CandleBook _book = new(instrument, options);

    /// <summary>The last trade by (exchange time, trade id), or null.</summary>
    public Trade? LastTrade { get; private set; }

    /// <summary>Whether more trades are missing than the last checkpoint lacked, so that <see cref="Rebase"/> may help.</summary>
    public bool HasHole => _book.Seen.Count > Math.Max(1, _durableRuns);

    /// <summary>Takes records; returns the trades that were new.</summary>
    public IReadOnlyList<PositionedTrade> Accept(byte[] packed)
    {
        _changes.Clear();
        _recent.Enqueue(packed);
        _recentBytes += packed.Length;
        while (_recentBytes > RecentBytes && _recent.Count > 1) _recentBytes -= _recent.Dequeue().Length;
        Apply(packed);
        _book.TakeChanges(_changes);
        return _changes.NewTrades;
    }

    /// <summary>Begins anew at a durable checkpoint and applies the latest records on top.</summary>
    public void Rebase(SymbolCheckpoint? checkpoint)
    {
        _book = checkpoint is null ? new CandleBook(instrument, options) : CandleBook.Deserialize(instrument, checkpoint.State.Span, options);
        _durableRuns = _book.Seen.Count;
        _changes.Clear();
        foreach (var packed in _recent) Apply(packed);
        _book.TakeChanges(_changes);
    }

    /// <summary>Returns the newest candle of each timeframe.</summary>
    public IEnumerable<Candle> Forming() => _book.Candles().GroupBy(candle => candle.Timeframe).Select(group => group.MaxBy(candle => candle.WindowStart)!);

    private void Apply(byte[] packed)
    {
        var count = RecordCodec.Count(instrument, packed);
        for (var i = 0; i < count; i++) Apply(RecordCodec.Read(packed, i));
    }

    private void Apply(in LogRecord record)
    {
        if (record.Kind == RecordKind.Trade)
        {
            var trade = record.Trade;
            if (LastTrade is not { } last || (trade.ExchangeTime, trade.TradeId).CompareTo((last.ExchangeTime, last.TradeId)) > 0) LastTrade = trade;
        }

        // Evicted windows are not rebuilt here: the live view shows what forms now, the durable path corrects the past.
        _evicted.Clear();
        _book.CollectMissingWindows(record, _evicted);
        foreach (var window in _evicted) _book.RestoreEmpty(window);
        _book.Apply(_book.Position == LogPosition.None ? LogPosition.Create(1, 0) : _book.Position.Plus(1), record, _changes);
    }
}
