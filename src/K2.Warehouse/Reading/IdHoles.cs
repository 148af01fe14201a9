using System.Globalization;
using ClickHouse.Driver;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>Finds trade ids that are neither stored nor in a gap record, of one symbol's day and of the step into it.</summary>
internal static class IdHoles
{
    private const string OfDay = OfInstrument + " AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND timestamp < fromUnixTimestamp64Micro({until:Int64}, 'UTC') AND trade_id >= 0";

    /// <summary>Returns for each id epoch how many ids are missing, and the first of them.</summary>
    public static async Task<IReadOnlyList<(long Found, string First)>> FindAsync(ClickHouseClient client, IReadOnlyDictionary<string, string> day, CancellationToken cancellationToken)
    {
        // Made-up ids of files are negative. The last id before the day's first stands for the step into the day.
        const string sql = $$"""
            WITH days AS (SELECT DISTINCT id_epoch, trade_id, first_trade_id, last_trade_id FROM k2.silver_trades_store WHERE {{OfDay}}),
                (SELECT ifNull(min(trade_id), 0) FROM days) AS lowest
            SELECT id_epoch, toInt64(before + 1), toInt64(trade_id - 1) FROM
            (
                SELECT id_epoch, trade_id, lagInFrame(trade_id, 1, -1) OVER (PARTITION BY id_epoch ORDER BY trade_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before
                FROM (SELECT id_epoch, trade_id FROM days UNION DISTINCT SELECT id_epoch, max(trade_id) FROM k2.silver_trades_store WHERE {{OfInstrument}} AND trade_id >= 0 AND trade_id < lowest
                    AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') - toIntervalDay(7) GROUP BY id_epoch)
            )
            WHERE before >= 0 AND trade_id > before + 1 ORDER BY id_epoch, before LIMIT 10000
            """;
        var holes = new List<(ushort Epoch, long First, long Last)>();
        await using (var rows = await RowReader.QueryAsync(client, sql, day, cancellationToken))
        {
            while (rows.HasRow()) holes.Add((rows.UInt16(), rows.Int64(), rows.Int64()));
        }

        var gaps = holes.Count == 0 ? [] : await GapsAsync(client, day, cancellationToken);
        var found = new Dictionary<ushort, (long Found, string First)> { [0] = (0, "") };
        foreach (var (epoch, first, last) in holes)
        {
            foreach (var (from, to) in Uncovered(first, last, gaps.Where(gap => gap.Epoch == epoch)))
            {
                // A neighbour that changed places over midnight stands in another day.
                var missing = to - from + 1 - await StoredAsync(client, day, epoch, from, to, cancellationToken);
                if (missing == 0) continue;
                var known = found.GetValueOrDefault(epoch);
                found[epoch] = (known.Found + missing, known.Found > 0 ? known.First : string.Create(CultureInfo.InvariantCulture, $"ids {from} to {to}"));
            }
        }

        return [.. found.Values];
    }

    private static async Task<List<(ushort Epoch, long First, long Last)>> GapsAsync(ClickHouseClient client, IReadOnlyDictionary<string, string> day, CancellationToken cancellationToken)
    {
        // A gap that says it is filled excuses nothing.
        var gaps = new List<(ushort, long, long)>();
        await using var rows = await RowReader.QueryAsync(client, $"SELECT id_epoch, first_missing_id, last_missing_id FROM k2.feed_gaps WHERE {OfInstrument} AND state != 'filled' AND first_missing_id >= 0 ORDER BY first_missing_id", day, cancellationToken);
        while (rows.HasRow()) gaps.Add((rows.UInt16(), rows.Int64(), rows.Int64()));
        return gaps;
    }

    private static IEnumerable<(long From, long To)> Uncovered(long first, long last, IEnumerable<(ushort Epoch, long First, long Last)> gaps)
    {
        foreach (var (_, from, to) in gaps)
        {
            if (to < first) continue;
            if (from > last) break;
            if (from > first) yield return (first, from - 1);
            first = to + 1;
            if (first > last) yield break;
        }

        if (first <= last) yield return (first, last);
    }

    private static async Task<long> StoredAsync(ClickHouseClient client, IReadOnlyDictionary<string, string> day, ushort epoch, long from, long to, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(day, StringComparer.Ordinal)
        {
            ["epoch"] = epoch.ToString(CultureInfo.InvariantCulture),
            ["low"] = from.ToString(CultureInfo.InvariantCulture),
            ["high"] = to.ToString(CultureInfo.InvariantCulture),
        };
        await using var rows = await RowReader.QueryAsync(client, $"SELECT toInt64(uniqExact(trade_id)) FROM k2.silver_trades_store WHERE {OfInstrument} AND id_epoch = {{epoch:UInt16}} AND trade_id BETWEEN {{low:Int64}} AND {{high:Int64}}", parameters, cancellationToken);
        return rows.Int64();
    }
}
