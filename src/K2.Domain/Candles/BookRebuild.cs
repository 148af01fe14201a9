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

    internal static void Apply(LogPosition position, in LogRecord record, IReadOnlyCollection<Candle> derived, IReadOnlyCollection<Candle> stored, CandleBook book, BookWindows windows)
    {
        var values = derived.ToDictionary(WindowOf);
        var rows = stored.ToDictionary(WindowOf);
        foreach (var window in WindowsOf(record))
        {
            if (values.TryGetValue(window, out var value)) Replace(position, windows.Of(window), value, rows.GetValueOrDefault(window), book);
            else windows.Remove(window);
        }
    }

    private static void Replace(LogPosition position, CandleSlot slot, Candle value, Candle? row, CandleBook book)
    {
        // A slot that was just made counts no trade yet; one in memory knows its revision best.
        var revision = slot.TradeCount > 0 ? Math.Max(slot.Revision, value.Revision) : value.Revision;
        var complete = slot.TradeCount > 0 ? slot.Complete : row?.Complete ?? Completeness.Unknown;
        slot.Load(value);
        slot.Closed = book.IsClosed(slot);
        slot.Complete = book.CompletenessOf(slot, complete);
        if (row is not null && row.Position == position)
        {
            // This very record wrote it in a flush whose checkpoint was lost: the same row once more.
            slot.Revised = row.Revision > revision;
            slot.Revision = row.Revision;
            slot.DirtySince = Overdue;
            return;
        }

        slot.Revision = Math.Max(revision, row?.Revision ?? 0);
        if (row is not null && SameValues(row, value) && row.Closed == slot.Closed && row.Complete == slot.Complete)
        {
            slot.DirtySince = CandleSlot.Clean;
            return;
        }

        slot.DirtySince = Overdue;
        if (row is not { Closed: true } || !slot.Closed || SameValues(row, value)) return;
        slot.Revision++;
        slot.Revised = true;
    }

    private static bool SameValues(Candle one, Candle other) =>
        (one.Open, one.High, one.Low, one.Close, one.Volume, one.QuoteVolume, one.TradeCount) == (other.Open, other.High, other.Low, other.Close, other.Volume, other.QuoteVolume, other.TradeCount)
        && (one.OpenTime, one.CloseTime, one.OpenTradeId, one.CloseTradeId) == (other.OpenTime, other.CloseTime, other.OpenTradeId, other.CloseTradeId);

    private static CandleWindow WindowOf(Candle candle) => new(candle.Timeframe, candle.WindowStart);
}
