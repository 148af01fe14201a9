using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>What a candle book does with records that derive rows again from the layer below.</summary>
public static class BookRebuild
{
    // Below any count of watermark records: the row is written at the end of this batch.
    private const long Overdue = -1;

    /// <summary>Names the windows of all timeframes that overlap the record's range.</summary>
    public static IReadOnlyList<CandleWindow> WindowsOf(in LogRecord record)
    {
        var windows = new List<CandleWindow>();
        foreach (var timeframe in Timeframes.All)
        {
            for (var start = timeframe.WindowStart(record.Time); start < record.Until; start = new(start.Microseconds + timeframe.LengthMicroseconds())) windows.Add(new CandleWindow(timeframe, start));
        }

        return windows;
    }

    /// <summary>A restored trade is new where the warehouse lacks it, whatever ids were seen: rows can be lost, ids in a checkpoint cannot.</summary>
    internal static void Restore(LogPosition position, in Trade trade, SeenTrades seen, BookChanges changes, bool knownInWarehouse)
    {
        if (knownInWarehouse)
        {
            changes.KnownIds.Add(new PositionedTrade(position, trade));
            return;
        }

        seen.Add(trade.IdEpoch, trade.TradeId, trade.ExchangeTime);
        changes.NewTrades.Add(new PositionedTrade(position, trade));
    }

    internal static void Apply(
        LogPosition position, in LogRecord record, IReadOnlyCollection<Candle> derived, IReadOnlyCollection<Candle> stored, IReadOnlyDictionary<CandleWindow, long> recorded, CandleBook book, BookWindows windows, BookChanges changes)
    {
        var values = derived.ToDictionary(WindowOf);
        var rows = stored.ToDictionary(WindowOf);
        foreach (var window in WindowsOf(record))
        {
            if (!values.TryGetValue(window, out var value)) windows.Remove(window);
            else if (Replace(position, windows.Of(window), value, rows.GetValueOrDefault(window), recorded.TryGetValue(window, out var count) ? count : null, book) is { } judged) changes.Judgements.Add(judged);
        }
    }

    /// <summary>Gives a slot the values that the trades say, and marks what is to be written; returns the history's row where only completeness is another.</summary>
    private static Candle? Replace(LogPosition position, CandleSlot slot, Candle value, Candle? row, long? recorded, CandleBook book)
    {
        // A slot that was just made counts no trade yet; one in memory knows its revision best.
        var revision = slot.TradeCount > 0 ? Math.Max(slot.Revision, value.Revision) : value.Revision;
        var complete = slot.TradeCount > 0 ? slot.Complete : row?.Complete ?? Completeness.Unknown;
        slot.Load(value);
        slot.Closed = book.IsClosed(slot);
        slot.Complete = book.CompletenessOf(slot, complete);

        // A row of this very position was written by a flush whose checkpoint was lost: the same row once more, and its history, which may have been lost.
        var isRepeated = row is not null && row.Position == position;
        slot.Revision = Math.Max(revision, row?.Revision ?? 0);
        if (!isRepeated && row is not null && SameValues(row, value) && row.Closed == slot.Closed && row.Complete == slot.Complete)
        {
            slot.DirtySince = CandleSlot.Clean;
            return null;
        }

        slot.DirtySince = Overdue;
        if (!slot.Closed) return null;
        if (isRepeated) slot.Revised = row!.Revision > revision;
        else if (row is { Closed: true } ? !SameValues(row, value) : recorded is { } count && count != value.TradeCount)
        {
            slot.Revision++;
            slot.Revised = true;
        }

        // A row that comes back with the values that its history ends with adds nothing there; one without a history closes here.
        slot.IsUnrecorded = slot.Revised || recorded is null;
        var isJudged = !slot.IsUnrecorded && row is not null && (isRepeated || row.Complete != slot.Complete);
        return isJudged ? slot.ToCandle(book.Instrument.Id, position) with { KnownAt = book.Watermark } : null;
    }

    private static bool SameValues(Candle one, Candle other) =>
        (one.Open, one.High, one.Low, one.Close, one.Volume, one.QuoteVolume, one.TradeCount) == (other.Open, other.High, other.Low, other.Close, other.Volume, other.QuoteVolume, other.TradeCount)
        && (one.OpenTime, one.CloseTime, one.OpenTradeId, one.CloseTradeId) == (other.OpenTime, other.CloseTime, other.OpenTradeId, other.CloseTradeId);

    private static CandleWindow WindowOf(Candle candle) => new(candle.Timeframe, candle.WindowStart);
}
