using ClickHouse.Driver;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Domain;
using K2.Warehouse.Reading;
using K2.Warehouse.Writing;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Cold;

/// <summary>Reads and writes the cold tier's rows in ClickHouse. An answer is streamed: whatever its length, a few blocks are in memory.</summary>
/// <param name="client">A client without a time limit on the whole of an answer.</param>
/// <param name="databaseClient">The platform's client, for short questions.</param>
internal sealed class ClickHouseColdSource(ClickHouseClient client, ClickHouseClient databaseClient) : IColdSource
{
    private const int MostPortions = 64;

    // Frames are large: few rows make a block. One thread leaves the others to the writer, keeps the order, and took less processor time than two.
    private static readonly Dictionary<string, object> Streamed = new()
    {
        ["max_block_size"] = 8192,
        ["preferred_block_size_bytes"] = 1 << 20,
        ["max_threads"] = 1,
        ["query_plan_remove_redundant_sorting"] = 0,
        ["use_skip_indexes_if_final"] = 1,
        ["use_skip_indexes_if_final_exact_mode"] = 1,
    };

    // Frames and the history of candles are in no order that is stored. A sort beyond this goes to disk, which one that begins in a table's order cannot do.
    private static readonly Dictionary<string, object> Sorted = new() { ["optimize_read_in_order"] = 0, ["max_bytes_before_external_sort"] = 96 << 20 };

    public Task<IReadOnlyDictionary<string, long>> CheckpointsAsync(CancellationToken cancellationToken) =>
        PositionsAsync("SELECT concat(exchange, ':', canonical_symbol), max(version) FROM k2.symbol_state_store GROUP BY 1 ORDER BY 1", cancellationToken);

    public Task<IReadOnlyDictionary<string, long>> HighestRawPositionsAsync(CancellationToken cancellationToken) =>
        PositionsAsync("SELECT concat(exchange, '/', toString(log_partition)), max(last_position) FROM k2.raw_chunks GROUP BY 1 ORDER BY 1", cancellationToken);

    public async Task<IReadOnlyList<ColdSlice>> SlicesAsync(ColdTable table, IReadOnlyList<ColdRange> ranges, CancellationToken cancellationToken)
    {
        if (ranges.Count == 0) return [];
        var select = new ColdSelect(table);
        var slices = new List<ColdSlice>();
        await using var rows = await AskAsync(select.Slices(ranges), select.Parameters, cancellationToken);
        while (rows.HasRow()) slices.Add(new ColdSlice(rows.Int32(), rows.Text(), rows.Text(), rows.Int64()));
        return slices;
    }

    public async Task<Stream> OpenAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange>? ranges, bool ordered, CancellationToken cancellationToken)
    {
        var select = new ColdSelect(table);
        var sql = select.Rows(day, exchange, ranges, await ViewTextAsync(table, cancellationToken), counts: false, ordered) + " FORMAT Native";
        var settings = select.Parameters.ToDictionary(parameter => "param_" + parameter.Key, parameter => (object)parameter.Value, StringComparer.Ordinal);
        foreach (var (name, value) in Streamed) settings[name] = value;
        foreach (var (name, value) in table.IsOfRawLog || table.Layer == ColdLayer.History ? Sorted : []) settings[name] = value;
        try
        {
            var result = await client.ExecuteRawResultAsync(sql, new QueryOptions { CustomSettings = settings }, cancellationToken);
            return new AnswerStream(result, await result.ReadAsStreamAsync());
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw new K2Exception("ClickHouse does not answer", true, failure);
        }
        catch (ClickHouseServerException refused)
        {
            throw new K2Exception($"ClickHouse refuses to read {table.Name}: {refused.Message.Split('\n')[0]}", true, refused);
        }
    }

    public async Task<IReadOnlyList<IReadOnlyList<ColdRange>>> PortionsAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange> ranges, long most, CancellationToken cancellationToken)
    {
        if (!table.IsOfRawLog) return [ranges];
        var select = new ColdSelect(table);
        var portions = Enumerable.Range(0, MostPortions).Select(_ => new List<ColdRange>()).ToList();
        await using var rows = await AskAsync(select.Portions(day, exchange, ranges, MostPortions), select.Parameters, cancellationToken);
        while (rows.HasRow())
        {
            var (key, count) = (rows.Text(), rows.Int64());
            var borders = Enumerable.Range(0, rows.Length()).Select(_ => rows.Int64()).ToList();
            var wanted = (int)Math.Clamp((count + most - 1) / most, 1, MostPortions);
            var range = ranges.Single(one => one.Key == key);
            var from = range.From;
            for (var i = 0; i < wanted; i++)
            {
                // About in order: a border that is not above the one before makes no portion.
                var to = i == wanted - 1 ? range.To : Math.Min(range.To, borders[((i + 1) * MostPortions / wanted) - 1]);
                if (to <= (from ?? -1)) continue;
                portions[i].Add(new ColdRange(key, from, to));
                from = to;
            }
        }

        return [.. portions.Where(portion => portion.Count > 0)];
    }

    public async Task<long> BorderAsync(ColdTable table, ColdRange range, long most, CancellationToken cancellationToken)
    {
        var select = new ColdSelect(table);
        await using var rows = await AskAsync(select.Border(range, most), select.Parameters, cancellationToken);
        return Math.Min(rows.Int64(), range.To);
    }

    public async Task<long> CountAsync(ColdTable table, int? day, string? exchange, IReadOnlyList<ColdRange>? ranges, CancellationToken cancellationToken)
    {
        var select = new ColdSelect(table);
        await using var rows = await AskAsync(select.Rows(day, exchange, ranges, await ViewTextAsync(table, cancellationToken), counts: true, ordered: false), select.Parameters, cancellationToken);
        return rows.Int64();
    }

    public async Task<long> CountStoredAsync(ColdTable table, int day, string exchange, IReadOnlyList<ColdRange> ranges, CancellationToken cancellationToken)
    {
        var select = new ColdSelect(table);
        await using var rows = await AskAsync(select.Stored(day, exchange, ranges), select.Parameters, cancellationToken);
        return rows.Int64();
    }

    public async Task<Timestamp?> FirstBeyondAsync(ColdTable table, IReadOnlyDictionary<string, long> positions, CancellationToken cancellationToken)
    {
        var select = new ColdSelect(table);
        await using var rows = await AskAsync(select.FirstBeyond(positions), select.Parameters, cancellationToken);
        var first = rows.Time();
        return rows.Byte() != 0 ? first : null;
    }

    public async Task<Timestamp?> UnbrokenSinceAsync(ColdTable table, CancellationToken cancellationToken)
    {
        // Trades have a partition a day; of candles the days' own tell.
        var store = new ColdSelect(table).Store;
        var sql = table.Layer == ColdLayer.Silver
            ? "SELECT DISTINCT toInt32(toDate(parseDateTimeBestEffort(partition_id))) FROM system.parts WHERE active AND database = 'k2' AND table = 'silver_trades_store' ORDER BY 1 DESC"
            : $"SELECT DISTINCT toInt32(toDate(window_start)) FROM {store} WHERE timeframe = '{(table.Layer == ColdLayer.Gold ? "1d" : "1h")}' ORDER BY 1 DESC";
        int? first = null;
        await using (var days = await AskAsync(sql, [], cancellationToken))
        {
            while (days.HasRow())
            {
                var day = days.Int32();
                if (first is { } known && day != known - 1) break;
                first = day;
            }
        }

        if (first is not { } begin) return null;
        var of = table.Layer == ColdLayer.Gold ? "timeframe = {timeframe:String} AND " : "";
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["day"] = Text(begin), ["timeframe"] = table.Layer == ColdLayer.Gold ? Domain.Candles.Timeframes.ToName(table.Timeframe) : "" };
        await using var rows = await AskAsync($"SELECT min({table.DayOf}), toUInt8(count() > 0) FROM {store} WHERE {of}{table.DayOf} >= fromUnixTimestamp64Micro({{day:Int64}} * 86400000000, 'UTC')", parameters, cancellationToken);
        var time = rows.Time();
        return rows.Byte() != 0 ? time : null;
    }

    public Task<Timestamp?> ClockAsync(CancellationToken cancellationToken) => DataClock.ReadAsync(databaseClient, cancellationToken);

    public async Task InsertAsync(ColdTable table, MemoryStream native, CancellationToken cancellationToken)
    {
        // Text that becomes an enumeration is converted by the engine.
        var settings = new Dictionary<string, object> { ["insert_deduplicate"] = 0, ["async_insert"] = 0, ["max_partitions_per_insert_block"] = 0, ["input_format_native_allow_types_conversion"] = 1 };
        try
        {
            using var answer = await client.InsertRawStreamAsync(new ColdSelect(table).Store, new UnclosedStream(native), "Native", null, useCompression: false, new QueryOptions { CustomSettings = settings }, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or ClickHouseServerException)
        {
            throw new K2Exception($"rows of {table.Name} could not be restored: {failure.Message.Split('\n')[0]}", true, failure);
        }
    }

    public async Task LogAsync(ColdExportEntry entry, CancellationToken cancellationToken)
    {
        const string sql = """
            INSERT INTO k2.export_log (table_name, run_at, from_version, to_version, row_count, snapshot_id, outcome)
            SELECT {table:String}, fromUnixTimestamp64Micro({at:Int64}, 'UTC'), {from:Int64}, {to:Int64}, {rows:UInt64}, {snapshot:Int64}, {outcome:String}
            """;
        var settings = new Dictionary<string, object>
        {
            ["param_table"] = entry.Table,
            ["param_at"] = Text(entry.At.Microseconds),
            ["param_from"] = Text(entry.From),
            ["param_to"] = Text(entry.To),
            ["param_rows"] = Text(entry.Rows),
            ["param_snapshot"] = Text(entry.SnapshotId),
            ["param_outcome"] = entry.Outcome,
        };
        try
        {
            await databaseClient.ExecuteNonQueryAsync(sql, null, new QueryOptions { CustomSettings = settings }, cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or ClickHouseServerException)
        {
            throw new K2Exception("ClickHouse does not take the export's record", true, failure);
        }
    }

    private async Task<IReadOnlyDictionary<string, long>> PositionsAsync(string sql, CancellationToken cancellationToken)
    {
        var positions = new SortedDictionary<string, long>(StringComparer.Ordinal);
        await using var rows = await AskAsync(sql, [], cancellationToken);
        while (rows.HasRow()) positions[rows.Text()] = rows.Int64();
        return positions;
    }

    // What a bronze table is of its frames stands in one place: the view.
    private async Task<string?> ViewTextAsync(ColdTable table, CancellationToken cancellationToken)
    {
        if (table.Layer != ColdLayer.Bronze) return null;
        await using var rows = await AskAsync("SELECT as_select FROM system.tables WHERE database = 'k2' AND name = {name:String}", new(StringComparer.Ordinal) { ["name"] = table.Name }, cancellationToken);
        return rows.HasRow() ? rows.Text() : throw new K2Exception($"the view {table.View} is missing: restart the silo, which makes it");
    }

    private async Task<RowReader> AskAsync(string sql, Dictionary<string, string> parameters, CancellationToken cancellationToken)
    {
        try
        {
            return await RowReader.QueryAsync(databaseClient, sql, parameters, cancellationToken, new Dictionary<string, object> { ["use_skip_indexes_if_final"] = 1, ["use_skip_indexes_if_final_exact_mode"] = 1 });
        }
        catch (ClickHouseServerException refused)
        {
            throw new K2Exception($"ClickHouse refuses a question of the cold tier: {refused.Message.Split('\n')[0]}", true, refused);
        }
    }
}
