using ClickHouse.Driver;
using K2.Abstractions.Retention;
using K2.Domain;
using K2.Warehouse.Reading;

namespace K2.Warehouse.Retention;

/// <summary>
/// Drops partitions whose every row lies behind the horizon and in the cold tier. The clock is the data's: the newest exchange time of a stored candle,
/// so that a replay of old captures keeps its rows. Tables have no TTL: that would drop what the cold tier lacks.
/// </summary>
internal sealed class WarehouseRetention(ClickHouseClient client, IColdCoverage coverage, RetentionOptions options) : IRetention
{
    private static readonly (RetainedTable Table, string Name)[] Tables =
    [
        (RetainedTable.Raw, "raw_chunks"), (RetainedTable.Silver, "silver_trades_store"), (RetainedTable.Candles, "ohlcv_store"), (RetainedTable.CandleRevisions, "candle_revisions_store"),
    ];

    public async Task<IReadOnlyList<RetentionOutcome>> RunAsync(CancellationToken cancellationToken)
    {
        var now = await ClockAsync(cancellationToken);
        var outcomes = new List<RetentionOutcome>();
        foreach (var (table, name) in Tables) outcomes.Add(await RunAsync(table, name, now, cancellationToken));
        return outcomes;
    }

    private async Task<RetentionOutcome> RunAsync(RetainedTable table, string name, Timestamp? now, CancellationToken cancellationToken)
    {
        var covered = await coverage.CoveredUntilAsync(table, cancellationToken);
        if (now is not { } clock) return new RetentionOutcome(name, null, covered, [], 0, [], 0, 0);
        var horizon = clock.Add(-options.Of(table));
        var (dropped, refused) = (new List<Partition>(), new List<Partition>());
        foreach (var partition in await PartitionsAsync(name, cancellationToken))
        {
            if (!PartitionDates.TryEnd(partition.Id, out var end) || end > horizon) continue;

            // A chunk lies in the partition of its first frame, and its last one may have come on the next day.
            if (table == RetainedTable.Raw && await LastReceivedAsync(partition.Id, cancellationToken) is var last && last >= end) end = new Timestamp(last.Microseconds + 1);
            if (end > horizon) continue;
            (covered is { } until && end <= until ? dropped : refused).Add(partition);
        }

        // The id is digits: a partition's name cannot be a parameter of this statement.
        foreach (var partition in dropped) await client.ExecuteNonQueryAsync($"ALTER TABLE k2.{name} DROP PARTITION ID '{partition.Id}'", null, null, cancellationToken);
        return new RetentionOutcome(name, horizon, covered, [.. dropped.Select(p => p.Id)], dropped.Sum(p => p.Bytes), [.. refused.Select(p => p.Id)], refused.Sum(p => p.Rows), refused.Sum(p => p.Bytes));
    }

    private async Task<Timestamp?> ClockAsync(CancellationToken cancellationToken)
    {
        const string sql = "SELECT max(close_time), toUInt8(count() > 0) FROM k2.ohlcv_store WHERE timeframe = '1d'";
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string>(), cancellationToken);
        var newest = rows.Time();
        return rows.Byte() != 0 ? newest : null;
    }

    private async Task<Timestamp> LastReceivedAsync(string partitionId, CancellationToken cancellationToken)
    {
        const string sql = "SELECT max(arrayMax(received_timestamps)) FROM k2.raw_chunks WHERE toYYYYMMDD(first_received) = {day:UInt32}";
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string> { ["day"] = partitionId }, cancellationToken);
        return rows.Time();
    }

    private async Task<List<Partition>> PartitionsAsync(string table, CancellationToken cancellationToken)
    {
        const string sql = "SELECT partition_id, toInt64(sum(rows)), toInt64(sum(bytes_on_disk)) FROM system.parts WHERE active AND database = 'k2' AND table = {table:String} GROUP BY partition_id ORDER BY partition_id";
        var partitions = new List<Partition>();
        await using var rows = await RowReader.QueryAsync(client, sql, new Dictionary<string, string> { ["table"] = table }, cancellationToken);
        while (rows.HasRow()) partitions.Add(new Partition(rows.Text(), rows.Int64(), rows.Int64()));
        return partitions;
    }

    private readonly record struct Partition(string Id, long Rows, long Bytes);
}
