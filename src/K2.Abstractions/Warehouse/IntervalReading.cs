using K2.Domain;
using K2.Domain.Candles;

namespace K2.Abstractions.Warehouse;

/// <summary>Reads candles of any interval from the stored timeframes of any warehouse.</summary>
public static class IntervalReading
{
    private const int MaxGaps = 10_000;

    /// <summary>Returns the candles in the order asked for, at most <see cref="IntervalQuery.PageLimit"/>.</summary>
    public static async Task<IReadOnlyList<IntervalCandle>> ReadIntervalsAsync(this IWarehouseReader reader, IntervalQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(query);
        var (interval, limit) = (query.Interval, query.PageLimit);
        var from = query.From is { } first ? interval.NextStart(first) : (Timestamp?)null;
        var to = query.To is { } end ? interval.NextStart(end) : (Timestamp?)null;
        if (from >= to) return [];

        // One window more than asked for: of the outermost one some rows may lie behind the limit. It tells the neighbour, too.
        var source = new CandleQuery(query.Instrument, interval.Source, from, to, (limit + 1) * interval.Ratio, query.NewestFirst) { AsOf = query.AsOf };
        var rows = await reader.ReadCandlesAsync(source, cancellationToken).ToListAsync(cancellationToken);
        var isCut = rows.Count == source.Limit;
        if (query.NewestFirst) rows.Reverse();
        var windows = Windows(interval, rows);
        var (before, after) = await NeighboursAsync(reader, query, source, windows, isCut, cancellationToken);
        if (isCut) windows.RemoveAt(query.NewestFirst ? 0 : windows.Count - 1);
        var holes = query.Fill || windows.Any(window => window.Count < interval.Ratio);
        var gaps = holes ? await GapsAsync(reader, query, cancellationToken) : [];
        var candles = windows.Select((window, i) => interval.IsStored
            ? new IntervalCandle(interval, window[0])
            : IntervalRule.Combine(interval, window, i > 0 ? windows[i - 1][^1] : before, i + 1 < windows.Count ? windows[i + 1][0] : after, gaps)).ToList();
        if (query.Fill) candles = Filled(query, candles, windows, before, after, from, to, isCut, gaps);
        else if (query.NewestFirst) candles.Reverse();
        return candles.Count > limit ? candles.GetRange(0, limit) : candles;
    }

    private static List<List<Candle>> Windows(CandleInterval interval, List<Candle> rows)
    {
        var windows = new List<List<Candle>>();
        foreach (var row in rows)
        {
            if (windows.Count == 0 || interval.WindowStart(windows[^1][0].WindowStart) != interval.WindowStart(row.WindowStart)) windows.Add([]);
            windows[^1].Add(row);
        }

        return windows;
    }

    // The stored candles next to the windows: they close a window that ends without trades, prove that an empty one is, and bound what is filled.
    private static async Task<(Candle? Before, Candle? After)> NeighboursAsync(
        IWarehouseReader reader, IntervalQuery query, CandleQuery source, List<List<Candle>> windows, bool isCut, CancellationToken cancellationToken)
    {
        var interval = query.Interval;
        Candle? before = null, after = null;
        if (isCut && query.NewestFirst) before = windows[0][^1];
        else if (source.From is not null && (query.Fill || (windows.Count > 0 && windows[0][0].WindowStart > interval.WindowStart(windows[0][0].WindowStart))))
            before = await reader.ReadCandlesAsync(source with { From = null, To = source.From, Limit = 1, NewestFirst = true }, cancellationToken).FirstOrDefaultAsync(cancellationToken);

        if (isCut && !query.NewestFirst) after = windows[^1][0];
        else if (source.To is not null && (query.Fill || (windows.Count > 0 && windows[^1][^1].WindowEnd < interval.WindowEnd(interval.WindowStart(windows[^1][0].WindowStart)))))
            after = await reader.ReadCandlesAsync(source with { From = source.To, To = null, Limit = 1, NewestFirst = false }, cancellationToken).FirstOrDefaultAsync(cancellationToken);
        return (before, after);
    }

    private static async Task<IReadOnlyList<FeedGap>> GapsAsync(IWarehouseReader reader, IntervalQuery query, CancellationToken cancellationToken)
    {
        var gaps = reader.ReadGapsAsync(new GapQuery(query.Instrument.Exchange, query.Instrument.Symbol, null, MaxGaps), cancellationToken);
        return await gaps.Where(gap => gap.Change.State != GapState.Filled).Select(gap => gap.Change.Gap).ToListAsync(cancellationToken);
    }

    // Windows are walked in the order of the answer and no further than it needs: between two trades may lie years.
    private static List<IntervalCandle> Filled(
        IntervalQuery query, List<IntervalCandle> candles, List<List<Candle>> windows, Candle? before, Candle? after, Timestamp? from, Timestamp? to, bool isCut, IReadOnlyList<FeedGap> gaps)
    {
        var (interval, filled) = (query.Interval, new List<IntervalCandle>());
        if (candles.Count == 0 && (before is null || after is null)) return filled;

        // A read that was cut may have lost windows beyond its outermost one: there filling ends with what was read.
        var low = before is not null && !(isCut && query.NewestFirst) ? from!.Value : candles[0].WindowStart;
        var high = after is not null && !(isCut && !query.NewestFirst) ? to!.Value : candles[^1].WindowEnd;
        var step = query.NewestFirst ? -interval.LengthMicroseconds : interval.LengthMicroseconds;
        var next = query.NewestFirst ? candles.Count - 1 : 0;
        for (var at = query.NewestFirst ? high.Microseconds + step : low.Microseconds; at >= low.Microseconds && at < high.Microseconds && filled.Count < query.PageLimit; at += step)
        {
            if (next >= 0 && next < candles.Count && candles[next].WindowStart.Microseconds == at)
            {
                filled.Add(candles[next]);
                next += query.NewestFirst ? -1 : 1;
                continue;
            }

            var earlier = query.NewestFirst ? next : next - 1;
            filled.Add(IntervalRule.Fill(interval, new Timestamp(at), earlier >= 0 ? windows[earlier][^1] : before!, earlier + 1 < windows.Count ? windows[earlier + 1][0] : after!, gaps));
        }

        return filled;
    }
}
