using ClickHouse.Driver;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Reading;

/// <summary>
/// Checks trades, candles, revisions and gaps against each other, a symbol and a UTC day at a time: the memory of a statement is bounded by one
/// symbol's day. Exact decimals only. Of a running silo only what a checkpoint covers is judged.
/// </summary>
public sealed class QualityReader
{
    private const string OfDay = OfInstrument + " AND timestamp >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND timestamp < fromUnixTimestamp64Micro({until:Int64}, 'UTC')";
    private const string CandlesOfDay = OfInstrument + " AND window_start >= fromUnixTimestamp64Micro({from:Int64}, 'UTC') AND window_start < fromUnixTimestamp64Micro({until:Int64}, 'UTC')";
    private const string Values = "open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id";
    private readonly ClickHouseClient _client;
    private readonly Dictionary<string, Tally> _tallies = [];

    internal QualityReader(ClickHouseClient client) => _client = client;

    /// <summary>Runs every check. One call at a time.</summary>
    public async Task<IReadOnlyList<QualityCheck>> RunAsync(QualityRange range, CancellationToken cancellationToken)
    {
        _tallies.Clear();
        foreach (var (name, meaning, isCount) in Names) _tallies[name] = new Tally(name, meaning, isCount);
        var days = await DaysAsync(range, cancellationToken);
        foreach (var day in days)
        {
            await CandlesAsync(day, cancellationToken);
            await RevisionsAsync(day, cancellationToken);
            await DuplicatesAsync(day, cancellationToken);
            foreach (var (found, first) in await IdHoles.FindAsync(_client, day.Parameters, cancellationToken)) Tell("id-holes", day, found, first);
        }

        if (days.Count > 0) await LettersAsync(days, cancellationToken);
        return [.. _tallies.Values.Select(tally => new QualityCheck(tally.Name, tally.Meaning, tally.Looked, tally.Found, tally.First, tally.IsCount))];
    }

    private static (string Name, string Meaning, bool IsCount)[] Names =>
    [
        ("trades-without-candle", "windows with trades and without a candle", false),
        ("candle-differs", "closed candles whose values are not those of their trades", false),
        ("candle-without-trades", "candles of windows without a trade", false),
        ("forming-behind", "candles still forming although later windows of the symbol are closed", false),
        ("id-holes", "missing trade ids without a gap record", false),
        ("revision-fell", "candles whose revision is lower than one before, or the same with other values", false),
        ("duplicates", "identities that a plain SELECT returns twice", false),
        ("conflicts", "trades refused because their id is known with other content", true),
        ("dead-letters", "refused input of other reasons", true),
    ];

    private async Task<List<Day>> DaysAsync(QualityRange range, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["exchange"] = range.Exchange is { } venue ? venue.ToName() : "", ["symbol"] = range.Symbol ?? "" };
        var (from, until) = (range.From, range.Until ?? new Timestamp(long.MaxValue / 2));
        if (from is null && !range.All)
        {
            await using var newest = await RowReader.QueryAsync(_client, "SELECT toUnixTimestamp64Micro(max(timestamp)) FROM k2.silver_trades_store WHERE toUnixTimestamp64Micro(timestamp) < {until:Int64}", new Dictionary<string, string> { ["until"] = Text(until.Microseconds) }, cancellationToken);
            from = new Timestamp(newest.Int64()).Add(TimeSpan.FromDays(-1));
        }

        parameters["from"] = Text(Timeframe.OneDay.WindowStart(from ?? default).Microseconds);
        parameters["until"] = Text(until.Microseconds);

        // Candles outlive trades: days that retention has taken from silver cannot be checked.
        const string sql = """
            WITH (SELECT ifNull(min(toUInt32(partition)), 0) FROM system.parts WHERE active AND database = 'k2' AND table = 'silver_trades_store') AS oldest
            SELECT exchange, canonical_symbol, day FROM
            (
                SELECT exchange, canonical_symbol, intDiv(toUnixTimestamp64Micro(timestamp), 86400000000) * 86400000000 AS day FROM k2.silver_trades_store GROUP BY exchange, canonical_symbol, day
                UNION DISTINCT
                SELECT exchange, canonical_symbol, intDiv(toUnixTimestamp64Micro(window_start), 86400000000) * 86400000000 AS day FROM k2.ohlcv_store GROUP BY exchange, canonical_symbol, day
            )
            WHERE day >= {from:Int64} AND day < {until:Int64} AND toYYYYMMDD(fromUnixTimestamp64Micro(day, 'UTC')) >= oldest
                AND ({exchange:String} = '' OR exchange = {exchange:String}) AND ({symbol:String} = '' OR canonical_symbol = {symbol:String})
            ORDER BY exchange, canonical_symbol, day
            """;
        var days = new List<Day>();
        await using var rows = await RowReader.QueryAsync(_client, sql, parameters, cancellationToken);
        while (rows.HasRow()) days.Add(new Day(rows.Text(), rows.Text(), rows.Int64()));
        return days;
    }

    private async Task CandlesAsync(Day day, CancellationToken cancellationToken)
    {
        const string sql = $$"""
            WITH (SELECT ifNull(max(version), 0) FROM k2.symbol_state_store WHERE exchange = {exchange:String} AND canonical_symbol = {symbol:String}) AS saved,
                if(saved = 0, 9223372036854775807, saved) AS known,
                (SELECT max(toUnixTimestamp64Micro(window_end)) FROM k2.ohlcv_store WHERE exchange = {exchange:String} AND canonical_symbol = {symbol:String} AND closed = 1) AS reached
            SELECT if(length > 0, length, row_length) AS of, if(length > 0, start, row_start) AS at, toUInt8(length > 0) AS has_trades, toUInt8(row_length > 0) AS has_row,
                toUInt8(closed), toUInt8(ifNull(row_version <= known, 1)), toUInt8(ifNull(at + of <= reached, 0)), toUInt8((v1, v2, v3, v4, v5, v6, v7, v8, v9, v10, v11) = ({{Values}}))
            FROM
            (
                SELECT length, intDiv(toUnixTimestamp64Micro(timestamp), length) * length AS start,
                    argMin(price, (timestamp, first_trade_id)) AS v1, max(price) AS v2, min(price) AS v3, argMax(price, (timestamp, last_trade_id)) AS v4, sum(quantity) AS v5, sum(quote_volume) AS v6,
                    toInt64(sum(last_trade_id - first_trade_id + 1)) AS v7, min(timestamp) AS v8, max(timestamp) AS v9,
                    argMin(first_trade_id, (timestamp, first_trade_id)) AS v10, argMax(last_trade_id, (timestamp, last_trade_id)) AS v11
                FROM (SELECT * FROM k2.silver_trades WHERE {{OfDay}}) ARRAY JOIN [60000000, 300000000, 900000000, 1800000000, 3600000000, 86400000000]::Array(Int64) AS length
                WHERE version <= known
                GROUP BY length, start
            ) AS made
            FULL JOIN
            (
                SELECT toInt64(dateDiff('second', window_start, window_end)) * 1000000 AS row_length, toUnixTimestamp64Micro(window_start) AS row_start, closed, version AS row_version, {{Values}}
                FROM k2.ohlcv WHERE {{CandlesOfDay}}
            ) AS kept ON length = row_length AND start = row_start
            """;
        await using var rows = await RowReader.QueryAsync(_client, sql, day.Parameters, cancellationToken);
        while (rows.HasRow())
        {
            var (length, start) = (rows.Int64(), new Timestamp(rows.Int64()));
            var (hasTrades, hasRow, closed, covered, isOver, same) = (rows.Byte() != 0, rows.Byte() != 0, rows.Byte() != 0, rows.Byte() != 0, rows.Byte() != 0, rows.Byte() != 0);
            var window = $"{Timeframes.All.First(timeframe => timeframe.LengthMicroseconds() == length).ToName()} {start}";
            if (hasTrades) Tell("trades-without-candle", day, !hasRow && isOver ? 1 : 0, window);
            if (!hasRow || !covered) continue;
            Tell("candle-without-trades", day, hasTrades ? 0 : 1, window);
            Tell("forming-behind", day, !closed && isOver ? 1 : 0, window);
            if (closed && hasTrades) Tell("candle-differs", day, same ? 0 : 1, window);
        }
    }

    private async Task RevisionsAsync(Day day, CancellationToken cancellationToken)
    {
        // A row may also say that only completeness was judged anew: then the revision stays and the values too.
        const string sql = $$"""
            SELECT timeframe, start, fell FROM
            (
                SELECT toString(timeframe) AS timeframe, toUnixTimestamp64Micro(window_start) AS start,
                    arraySort(one -> one.1, groupArray((version, revision, cityHash64({{Values}})))) AS steps,
                    toUInt8(arrayExists((step, before) -> before.1 > 0 AND (step.2 < before.2 OR (step.2 = before.2 AND step.3 != before.3)), steps, arrayPopBack(arrayPushFront(steps, (0::Int64, 0::Int32, 0::UInt64))))) AS fell
                FROM
                (
                    SELECT timeframe, window_start, version, revision, {{Values}} FROM k2.candle_revisions WHERE {{CandlesOfDay}}
                    UNION DISTINCT SELECT timeframe, window_start, version, revision, {{Values}} FROM k2.ohlcv WHERE {{CandlesOfDay}} AND closed = 1
                )
                GROUP BY timeframe, window_start
            )
            """;
        await using var rows = await RowReader.QueryAsync(_client, sql, day.Parameters, cancellationToken);
        while (rows.HasRow())
        {
            var window = $"{rows.Text()} {new Timestamp(rows.Int64())}";
            Tell("revision-fell", day, rows.Byte(), window);
        }
    }

    private async Task DuplicatesAsync(Day day, CancellationToken cancellationToken)
    {
        const string sql = $$"""
            SELECT what, toInt64(rows), toInt64(twice), toString(example) FROM
            (
                SELECT 'trade' AS what, sum(n) AS rows, countIf(n > 1) AS twice, minIf(trade_id, n > 1) AS example FROM
                (
                    SELECT id_epoch, trade_id, count() AS n FROM k2.silver_trades
                    WHERE exchange = {exchange:String} AND canonical_symbol = {symbol:String}
                        AND trade_id >= (SELECT min(trade_id) FROM k2.silver_trades_store WHERE {{OfDay}}) AND trade_id <= (SELECT max(trade_id) FROM k2.silver_trades_store WHERE {{OfDay}})
                        AND (id_epoch, trade_id) IN (SELECT id_epoch, trade_id FROM k2.silver_trades_store WHERE {{OfDay}})
                    GROUP BY id_epoch, trade_id
                )
                UNION ALL
                SELECT 'candle', sum(n), countIf(n > 1), minIf(toUnixTimestamp64Micro(window_start), n > 1) FROM (SELECT timeframe, window_start, count() AS n FROM k2.ohlcv WHERE {{CandlesOfDay}} GROUP BY timeframe, window_start)
            )
            """;
        await using var rows = await RowReader.QueryAsync(_client, sql, day.Parameters, cancellationToken);
        while (rows.HasRow())
        {
            var (what, looked, twice, example) = (rows.Text(), rows.Int64(), rows.Int64(), rows.Text());
            Tell("duplicates", day, twice, $"{what} {example}", looked);
        }
    }

    private async Task LettersAsync(List<Day> days, CancellationToken cancellationToken)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["exchanges"] = "[" + string.Join(',', days.Select(day => $"'{day.Exchange}'").Distinct()) + "]",
            ["from"] = Text(days.Min(day => day.Start)),
            ["until"] = Text(days.Max(day => day.Start) + Timeframe.OneDay.LengthMicroseconds()),
        };
        const string sql = """
            SELECT exchange, reason = 'id-conflict' AS is_conflict, toInt64(count()), argMin(concat(reason, ' ', origin, ' ', detail), (received_timestamp, sequence)) FROM k2.dead_letters
            WHERE has({exchanges:Array(String)}, exchange) AND toUnixTimestamp64Micro(received_timestamp) >= {from:Int64} AND toUnixTimestamp64Micro(received_timestamp) < {until:Int64} AND settled_at IS NULL
            GROUP BY exchange, is_conflict ORDER BY exchange
            """;
        await using var rows = await RowReader.QueryAsync(_client, sql, parameters, cancellationToken);
        while (rows.HasRow())
        {
            var (exchange, isConflict, count, first) = (rows.Text(), rows.Byte() != 0, rows.Int64(), rows.Text());
            Tell(isConflict ? "conflicts" : "dead-letters", new Day(exchange, "", 0), count, first, count);
        }
    }

    private void Tell(string name, Day day, long found, string first, long looked = 1)
    {
        var tally = _tallies[name];
        tally.Looked += looked;
        if (found == 0) return;
        if (tally.Found == 0) tally.First = $"{day.Exchange} {day.Symbol} {first}".Replace("  ", " ", StringComparison.Ordinal);
        tally.Found += found;
    }

    private sealed record Day(string Exchange, string Symbol, long Start)
    {
        public Dictionary<string, string> Parameters { get; } = new(StringComparer.Ordinal) { ["exchange"] = Exchange, ["symbol"] = Symbol, ["from"] = Text(Start), ["until"] = Text(Start + Timeframe.OneDay.LengthMicroseconds()) };
    }

    private sealed class Tally(string name, string meaning, bool isCount)
    {
        public string Name { get; } = name;

        public string Meaning { get; } = meaning;

        public bool IsCount { get; } = isCount;

        public long Looked { get; set; }

        public long Found { get; set; }

        public string First { get; set; } = "";
    }
}
