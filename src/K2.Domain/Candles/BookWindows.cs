using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// The windows of one instrument in all timeframes: those in memory, and what is known of those that may have left it. Not thread-safe.
/// </summary>
internal sealed class BookWindows(CandleSeries[] series)
{
    private readonly HashSet<CandleWindow> _knownEmpty = [];

    /// <summary>The slots of the last trade. Windows nest, so a trade inside the shortest one is inside all of them.</summary>
    private CandleSlot[]? _current;

    /// <summary>The windows in memory, shortest timeframe first.</summary>
    public CandleSeries[] Series => series;

    /// <summary>Windows that ended at or before this moment may have left memory; null if none has.</summary>
    public Timestamp? EvictedUntil { get; set; }

    /// <summary>Returns an independent copy, also of what is only noted until the end of the batch.</summary>
    public BookWindows Clone()
    {
        var copy = new BookWindows(Array.ConvertAll(series, one => one.Clone())) { EvictedUntil = EvictedUntil };
        copy._knownEmpty.UnionWith(_knownEmpty);
        return copy;
    }

    /// <summary>Returns the slots of the windows that hold a moment, one for each timeframe; makes those that there are not.</summary>
    public CandleSlot[] At(Timestamp time)
    {
        if (_current is { } current && time >= current[0].Start && time < current[0].End) return current;
        return _current = Array.ConvertAll(series, one => one.At(time));
    }

    /// <summary>Makes the slot of a window that is not in memory; null if it is.</summary>
    public CandleSlot? TryMake(CandleWindow window)
    {
        var one = series[(int)window.Timeframe - 1];
        return one.Find(window.Start) is null ? one.At(window.Start) : null;
    }

    /// <summary>Returns the slot of a window; makes it if it is not in memory.</summary>
    public CandleSlot Of(CandleWindow window) => series[(int)window.Timeframe - 1].At(window.Start);

    /// <summary>Takes a window that holds no trade out of memory.</summary>
    public void Remove(CandleWindow window)
    {
        _current = null;
        series[(int)window.Timeframe - 1].Remove(window.Start);
    }

    /// <summary>Notes until the end of the batch that a window that left memory holds no trade.</summary>
    public void NoteEmpty(CandleWindow window) => _knownEmpty.Add(window);

    /// <summary>Names the windows whose values or completeness a record may change and that may have left memory.</summary>
    public void CollectMissing(in LogRecord record, SeenTrades seen, ICollection<CandleWindow> missing)
    {
        if (EvictedUntil is not { } horizon) return;
        var windows = new MissingWindows(series, _knownEmpty, horizon, missing);
        TradeIdInterval edge;
        switch (record.Kind)
        {
            case RecordKind.Trade:
                var trade = record.Trade;
                if (seen.Contains(trade.IdEpoch, trade.TradeId)) return;
                windows.At(trade.ExchangeTime);

                // The id fills, shrinks or opens a hole: the windows at its edges may become complete, or incomplete, without a trade of their own.
                if (seen.TryFindAtOrBelow(trade.IdEpoch, trade.TradeId, out edge)) windows.At(edge.Until);
                if (seen.TryFindAbove(trade.IdEpoch, trade.TradeId, out edge)) windows.At(edge.From);
                break;
            case RecordKind.Watermark when record.LastId >= 0:
                if (seen.TryFindAtOrBelow(seen.Current.Epoch, record.LastId, out edge)) windows.At(edge.Until);
                break;
            case RecordKind.GapOpened or RecordKind.GapClosed:
                windows.Overlapping(FeedGap.Of(record));
                break;
        }
    }

    /// <summary>Names the windows under a gap that may have left memory.</summary>
    public void CollectOverlapping(FeedGap gap, ICollection<CandleWindow> missing)
    {
        if (EvictedUntil is { } horizon) new MissingWindows(series, _knownEmpty, horizon, missing).Overlapping(gap);
    }

    /// <summary>Ends a batch: forgets what was noted for it and lets windows leave that ended at or before the horizon, if there is one.</summary>
    public void EndBatch(Timestamp? horizon, int maxUnknown)
    {
        _current = null;
        _knownEmpty.Clear();
        if (horizon is not { } reached) return;
        foreach (var one in series) one.Evict(reached, maxUnknown);
        if (EvictedUntil is not { } before || reached > before) EvictedUntil = reached;
    }
}
