using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <summary>
/// Makes candles of an interval from stored ones, exactly: pure, so that every warehouse answers the same. A stored window without a row had no
/// trades, or trades that are missing: it counts as complete only where the trade ids before and behind it follow each other.
/// </summary>
public static class IntervalRule
{
    /// <summary>Returns the candle of one window from the stored candles in it.</summary>
    /// <param name="interval">The interval.</param>
    /// <param name="rows">The stored candles of the window by start; at least one.</param>
    /// <param name="before">The latest stored candle before the window, or null if there is none or it does not matter.</param>
    /// <param name="after">The first stored candle at or behind the window's end, or null. Where one is, the exchange's time has passed the end.</param>
    /// <param name="gaps">Gaps that are not filled.</param>
    public static IntervalCandle Combine(CandleInterval interval, IReadOnlyList<Candle> rows, Candle? before, Candle? after, IReadOnlyList<FeedGap> gaps)
    {
        var start = interval.WindowStart(rows[0].WindowStart);
        var end = interval.WindowEnd(start);
        var open = rows.MinBy(row => (row.OpenTime, row.OpenTradeId))!;
        var close = rows.MaxBy(row => (row.CloseTime, row.CloseTradeId))!;
        var closed = rows.All(row => row.Closed) && (after is not null || rows[^1].WindowEnd == end);
        return new IntervalCandle(interval, open with
        {
            WindowStart = start,
            High = rows.Max(row => row.High),
            Low = rows.Min(row => row.Low),
            Close = close.Close,
            Volume = rows.Aggregate(Int128.Zero, (sum, row) => sum + row.Volume),
            QuoteVolume = rows.Aggregate(Int128.Zero, (sum, row) => sum + row.QuoteVolume),
            TradeCount = rows.Sum(row => row.TradeCount),
            CloseTime = close.CloseTime,
            CloseTradeId = close.CloseTradeId,
            Closed = closed,
            Complete = CompleteOf(start, end, closed, rows, before, after, gaps),

            // A sum, so that it rises with every revision of any part.
            Revision = rows.Sum(row => row.Revision),
            Position = rows.Max(row => row.Position),
        });
    }

    /// <summary>Returns the marked candle of a window without trades between two stored ones: the price before it, no volume.</summary>
    public static IntervalCandle Fill(CandleInterval interval, Timestamp start, Candle before, Candle after, IReadOnlyList<FeedGap> gaps) => new(interval, before with
    {
        WindowStart = start,
        Open = before.Close,
        High = before.Close,
        Low = before.Close,
        Volume = 0,
        QuoteVolume = 0,
        TradeCount = 0,
        OpenTime = before.CloseTime,
        OpenTradeId = before.CloseTradeId,
        Closed = true,
        Complete = Overlaps(gaps, start, interval.WindowEnd(start)) ? Completeness.No : Follow(before, after) ? Completeness.Yes : Completeness.Unknown,
        Revision = 0,
        Position = LogPosition.None,
    }, Filled: true);

    private static Completeness CompleteOf(Timestamp start, Timestamp end, bool closed, IReadOnlyList<Candle> rows, Candle? before, Candle? after, IReadOnlyList<FeedGap> gaps)
    {
        if (rows.Any(row => row.Complete == Completeness.No) || Overlaps(gaps, start, end)) return Completeness.No;
        if (!closed || rows.Any(row => row.Complete != Completeness.Yes)) return Completeness.Unknown;

        if (rows[0].WindowStart > start && (before is null || !Follow(before, rows[0]))) return Completeness.Unknown;
        for (var i = 1; i < rows.Count; i++)
        {
            if (rows[i - 1].WindowEnd < rows[i].WindowStart && !Follow(rows[i - 1], rows[i])) return Completeness.Unknown;
        }

        return rows[^1].WindowEnd < end && !Follow(rows[^1], after!) ? Completeness.Unknown : Completeness.Yes;
    }

    private static bool Follow(Candle before, Candle after) => after.OpenTradeId == before.CloseTradeId + 1;

    private static bool Overlaps(IReadOnlyList<FeedGap> gaps, Timestamp start, Timestamp end) => gaps.Any(gap => gap.Overlaps(start, end));
}
