using ClickHouse.Driver;
using K2.Abstractions;
using K2.Abstractions.Retention;
using K2.Domain;
using K2.Warehouse.Reading;
using static K2.Warehouse.Reading.InstrumentQuery;

namespace K2.Warehouse.Retention;

/// <summary>
/// Drops partitions whose every row lies behind the horizon and in the cold tier. The clock is the data's: the newest exchange time of a stored candle,
/// so that a replay of old captures keeps its rows. Tables have no TTL: that would drop what the cold tier lacks.
/// </summary>
internal sealed class WarehouseRetention(ClickHouseClient client, IColdCoverage coverage, RetentionOptions options, TimeProvider time) : IRetention
{
    private const int NoSuchDataPart = 232;
    private const int PartNotFound = 233;

    private static readonly (RetainedTable Table, string Name)[] Tables =
    [
        (RetainedTable.Raw, "raw_chunks"), (RetainedTable.Silver, "silver_trades_store"), (RetainedTable.Candles, "ohlcv_store"), (RetainedTable.CandleRevisions, "candle_revisions_store"),
    ];

    public async Task<IReadOnlyList<RetentionOutcome>> RunAsync(CancellationToken cancellationToken)
    {
        var now = await DataClock.ReadAsync(client, cancellationToken);
        var outcomes = new List<RetentionOutcome>();
        foreach (var (table, name) in Tables) outcomes.Add(await RunAsync(table, name, now, cancellationToken));
        return outcomes;
    }

    private async Task<RetentionOutcome> RunAsync(RetainedTable table, string name, Timestamp? now, CancellationToken cancellationToken)
    {
        // First the parts, then what is held and covered: what is inserted after that is in another part, which stays.
        var partitions = await PartitionsAsync(name, cancellationToken);
        var holds = now is { } moment ? await HoldsAsync(name, moment, cancellationToken) : [];
        var covered = await coverage.CoveredUntilAsync(table, cancellationToken);
        if (now is not { } clock) return new RetentionOutcome(name, null, covered, [], 0, [], 0, 0);
        var horizon = clock.Add(-options.Of(table));
        var (dropped, refused) = (new List<Partition>(), new List<Partition>());
        foreach (var partition in partitions)
        {
            if (!PartitionDates.TryRead(partition.Id, out var start, out var end) || end > horizon) continue;
            if (holds.Exists(hold => hold.From < end && hold.Until > start)) continue;

            // A chunk lies in the partition of its first frame, and its last one may have come on the next day.
            if (table == RetainedTable.Raw && await LastReceivedAsync(partition.Id, cancellationToken) is var last && last >= end) end = new Timestamp(last.Microseconds + 1);
            if (end > horizon) continue;
            (covered is { } until && end <= until ? dropped : refused).Add(partition);
        }

        foreach (var partition in dropped) await DropAsync(name, partition, cancellationToken);
        return new RetentionOutcome(name, horizon, covered, [.. dropped.Select(p => p.Id)], dropped.Sum(p => p.Bytes), [.. refused.Select(p => p.Id)], refused.Sum(p => p.Rows), refused.Sum(p => p.Bytes));
    }

    public async Task HoldAsync(RetainedTable table, int fromDay, int untilDay, CancellationToken cancellationToken)
    {
        var clock = await DataClock.ReadAsync(client, cancellationToken) ?? Timestamp.From(time.GetUtcNow());
        var settings = new Dictionary<string, object>
        {
            ["param_table"] = Tables.First(one => one.Table == table).Name,
            ["param_from"] = Text(fromDay),
            ["param_until"] = Text(untilDay),
            ["param_hold"] = Text(clock.Add(options.Restored).Microseconds),
        };
        try
        {
            await client.ExecuteNonQueryAsync(
                "INSERT INTO k2.retention_holds (table_name, first_day, end_day, hold_until) SELECT {table:String}, {from:Int32}, {until:Int32}, fromUnixTimestamp64Micro({hold:Int64}, 'UTC')",
                null,
                new QueryOptions { CustomSettings = settings },
                cancellationToken);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or ClickHouseServerException)
        {
            throw new K2Exception("ClickHouse does not note that restored days are to stay: nothing was restored", true, failure);
        }
    }

    private async Task<List<(Timestamp From, Timestamp Until)>> HoldsAsync(string table, Timestamp now, CancellationToken cancellationToken)
    {
        const string sql = """
            SELECT toInt64(first_day) * 86400000000, toInt64(end_day) * 86400000000 FROM k2.retention_holds
            WHERE table_name = {table:String} AND hold_until > fromUnixTimestamp64Micro({now:Int64}, 'UTC')
            """;
        var holds = new List<(Timestamp, Timestamp)>();
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string> { ["table"] = table, ["now"] = Text(now.Microseconds) }, cancellationToken);
        while (rows.HasRow()) holds.Add((new Timestamp(rows.Int64()), new Timestamp(rows.Int64())));
        return holds;
    }

    private async Task DropAsync(string table, Partition partition, CancellationToken cancellationToken)
    {
        foreach (var part in partition.Parts)
        {
            try
            {
                // Names of parts are digits and underscores; they cannot be parameters of this statement.
                await client.ExecuteNonQueryAsync($"ALTER TABLE k2.{table} DROP PART '{part}'", null, null, cancellationToken);
            }
            catch (ClickHouseServerException gone) when (gone.ErrorCode is NoSuchDataPart or PartNotFound)
            {
                // It was merged with another one since: the next run sees that.
            }
        }
    }

    private async Task<Timestamp> LastReceivedAsync(string partitionId, CancellationToken cancellationToken)
    {
        const string sql = "SELECT max(arrayMax(received_timestamps)) FROM k2.raw_chunks WHERE toYYYYMMDD(first_received) = {day:UInt32}";
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string> { ["day"] = partitionId }, cancellationToken);
        return rows.Time();
    }

    private async Task<List<Partition>> PartitionsAsync(string table, CancellationToken cancellationToken)
    {
        const string sql = "SELECT partition_id, name, toInt64(rows), toInt64(bytes_on_disk) FROM system.parts WHERE active AND database = 'k2' AND table = {table:String} ORDER BY partition_id, name";
        var parts = new List<(string Partition, string Name, long Rows, long Bytes)>();
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string> { ["table"] = table }, cancellationToken);
        while (rows.HasRow()) parts.Add((rows.Text(), rows.Text(), rows.Int64(), rows.Int64()));
        return [.. parts.GroupBy(part => part.Partition).Select(group => new Partition(group.Key, [.. group.Select(part => part.Name)], group.Sum(part => part.Rows), group.Sum(part => part.Bytes)))];
    }

    private sealed record Partition(string Id, IReadOnlyList<string> Parts, long Rows, long Bytes);
}
