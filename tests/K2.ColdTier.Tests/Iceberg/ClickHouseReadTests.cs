using System.Globalization;
using System.Text;
using K2.Abstractions.Diagnostics;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Stores;
using K2.TestKit.Warehouse;
using K2.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.ColdTier.Tests.Iceberg;

/// <summary>
/// The metadata read by another engine: ClickHouse's <c>icebergLocal</c>. The Parquet files are its own export, without field ids. The engine's working folder is this process's,
/// below which the tables must lie.
/// </summary>
public sealed class ClickHouseReadTests : IAsyncLifetime
{
    private const string Sums = "count(), sum(trade_id), sum(price), min(price), max(timestamp), any(exchange), sum(length(flags)), uniqExact(extra['key'])";

    private static readonly int FirstDay = new DateTime(2026, 3, 1).Subtract(DateTime.UnixEpoch).Days;
    private readonly string _engineFolder = Directory.CreateTempSubdirectory("k2-cold-engine-").FullName;
    private readonly string _tables = Path.Combine(Environment.CurrentDirectory, $"k2-iceberg-{Guid.NewGuid():N}");
    private WarehouseHost? _host;
    private LocalObjectStore _store = null!;
    private IcebergTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _store = LocalObjectStore.Open(_tables, TimeProvider.System);
        _table = await Tables.CreateAsync(_store, TimeProvider.System);
        if (EngineLocator.FindLibrary() is null) return;
        _host = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = _engineFolder, Port = 0 }, WarehouseSamples.Instruments, new PipelineCounters(), NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync();
        Directory.Delete(_engineFolder, recursive: true);
        Directory.Delete(_tables, recursive: true);
    }

    [Fact]
    public async Task Table_IsReadPrunedAndTravelledBy()
    {
        Assert.SkipWhen(_host is null, "the embedded engine's library is not in the cache: install npm and build again");

        // Before the first commit it is a table without rows.
        Assert.Equal("0", await AskAsync("SELECT count() FROM {t}"));

        var first = await AppendAsync(day: 1, from: 0);
        var second = await AppendAsync(day: 2, from: 100_000);
        await AppendAsync(day: 3, from: 200_000);

        // Values of every type.
        Assert.Equal(await ExpectedAsync(), await AskAsync($"SELECT {Sums} FROM {{t}}"));
        Assert.Equal("7\tx\t7", await AskAsync("SELECT flags[1], flags[2], extra['key'] FROM {t} WHERE trade_id = 100007"));
        Assert.Equal("1", await AskAsync("SELECT count() FROM {t} WHERE timestamp = toDateTime64('2026-03-02 00:00:01', 6, 'UTC')"));
        Assert.Equal("1", await AskAsync("SELECT count() FROM {t} WHERE price = toDecimal128(100001, 18) / 8"));

        // Pruning, seen in the engine's counters: by partition, then by a bound.
        Assert.Equal(1, await FilesReadAsync("timestamp >= toDateTime64('2026-03-02 00:00:00', 6, 'UTC') AND timestamp < toDateTime64('2026-03-03 00:00:00', 6, 'UTC')"));
        Assert.Equal(1, await FilesReadAsync("trade_id BETWEEN 200000 AND 200010"));
        Assert.Equal(3, await FilesReadAsync("exchange = 'binance'"));

        // Time travel by number and by time.
        Assert.Equal("10000", await AskAsync($"SELECT count() FROM {{t}} SETTINGS iceberg_snapshot_id = {first.SnapshotId}"));
        var secondMs = (await _table.LoadAsync(default)).Metadata.Find(second.SnapshotId!.Value)!.TimestampMs;
        Assert.Equal("20000", await AskAsync($"SELECT count() FROM {{t}} SETTINGS iceberg_timestamp_ms = {secondMs}"));

        // A column added later is null in older files.
        await _table.AddColumnAsync("note", IcebergType.String, default);
        await AppendAsync(day: 4, from: 300_000, more: ", 'new' AS note");
        Assert.Equal("30000\t10000", await AskAsync("SELECT countIf(note IS NULL), countIf(note = 'new') FROM {t}"));

        // Rewritten partitions and merged manifests.
        await _table.CommitAsync(new TableCommit { Operation = TableOperation.Overwrite, RemovedPartitions = [[FirstDay + 1, "binance"]], Added = [await FileAsync(2, 500_000, ", 'again' AS note")] }, default);
        await _table.MergeManifestsAsync(1, default);
        Assert.Equal("40000\t10000\t500000", await AskAsync("SELECT count(), countIf(note = 'again'), minIf(trade_id, note = 'again') FROM {t}"));
        Assert.Empty((await _table.AuditAsync(default)).Problems);
    }

    private static string Numbers(int day, long from, string more) => string.Create(CultureInfo.InvariantCulture, $"""
        SELECT 'binance' AS exchange, toInt64(number + {from}) AS trade_id, toDecimal128(number + {from}, 18) / 8 AS price,
        toDateTime64('2026-03-0{day} 00:00:00', 6, 'UTC') + toIntervalMillisecond(number * 500) AS timestamp,
        [toString(number), 'x'] AS flags, map('key', toString(number)) AS extra{more} FROM numbers(10000)
        """);

    private async Task<string> ExpectedAsync() => await RawAsync($"SELECT {Sums} FROM ({Numbers(1, 0, "")} UNION ALL {Numbers(2, 100_000, "")} UNION ALL {Numbers(3, 200_000, "")})");

    private async Task<CommitResult> AppendAsync(int day, long from, string more = "") => await _table.CommitAsync(Tables.Append(await FileAsync(day, from, more)), default);

    private async Task<DataFile> FileAsync(int day, long from, string more)
    {
        using var parquet = new MemoryStream();
        await _host!.QueryRawAsync($"{Numbers(day, from, more)} FORMAT Parquet SETTINGS output_format_parquet_string_as_string = 1", parquet, default);
        var path = $"data/timestamp_day=2026-03-0{day}/exchange=binance/{Guid.NewGuid():N}.parquet";
        parquet.Position = 0;
        var size = await _store.PutAsync($"cold/trades/{path}", parquet, default);
        return new DataFile
        {
            Path = path,
            RecordCount = 10_000,
            SizeBytes = size,
            Partition = [FirstDay + day - 1, "binance"],
            ValueCounts = new Dictionary<int, long> { [2] = 10_000 },
            NullCounts = new Dictionary<int, long> { [2] = 0 },
            LowerBounds = new Dictionary<int, byte[]> { [2] = SingleValue.OfLong(from) },
            UpperBounds = new Dictionary<int, byte[]> { [2] = SingleValue.OfLong(from + 9_999) },
            SortOrderId = 1,
        };
    }

    // Rows that were read tell the files: each has 10,000.
    private async Task<int> FilesReadAsync(string condition)
    {
        var plan = await AskAsync($"SELECT uniqExact(_path) FROM {{t}} WHERE {condition}");
        var explained = await AskAsync($"SELECT count() FROM {{t}} WHERE {condition} FORMAT JSON");
        var read = System.Text.Json.JsonDocument.Parse(explained).RootElement.GetProperty("statistics").GetProperty("rows_read").GetInt64();
        Assert.True(int.Parse(plan, CultureInfo.InvariantCulture) <= read / 10_000);
        return (int)(read / 10_000);
    }

    private Task<string> AskAsync(string sql) => RawAsync(sql.Replace("{t}", $"icebergLocal('{_tables}/cold/trades')", StringComparison.Ordinal));

    private async Task<string> RawAsync(string sql)
    {
        using var answer = new MemoryStream();
        await _host!.QueryRawAsync(sql.Contains(" FORMAT ", StringComparison.Ordinal) ? sql : sql + " FORMAT TSV", answer, default);
        return Encoding.UTF8.GetString(answer.ToArray()).Trim();
    }
}
