using System.Globalization;
using System.Text;
using System.Text.Json;
using ClickHouse.Driver;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.TestKit.Warehouse;
using K2.Warehouse.Reading;
using static K2.TestKit.Warehouse.WarehouseSamples;

namespace K2.Warehouse.Tests;

public sealed class EmbeddedReadingTests(EngineFixture engine) : ReadingConformance, IClassFixture<EngineFixture>
{
    private const long Rows = 100_000;

    protected override IWarehouseWriter Writer => engine.Host.Writer;

    protected override IWarehouseReader Reader => engine.Host.Reader;

    protected override IWarehouseSummaries Summaries => engine.Host.Summaries;

    protected override int Histories => 10;

    [Theory]
    [InlineData(0, "ask again soon")]
    [InlineData(50_000_000, "ask for a shorter range")]
    public async Task Query_OutOfMemory_SaysWhoseIsAtAnEnd(long ofTheStatement, string advice)
    {
        using var client = new ClickHouseClient(string.Create(CultureInfo.InvariantCulture, $"Host={engine.Host.Url.Host};Port={engine.Host.Url.Port};Protocol=http"));
        var limits = new Dictionary<string, object> { ["max_memory_usage"] = ofTheStatement, ["max_bytes_ratio_before_external_group_by"] = 0 };

        var failure = await Assert.ThrowsAsync<K2Exception>(() => RowReader.QueryAsync(client, "SELECT length(groupArray(number)) FROM numbers(400000000)", new Dictionary<string, string>(), TestContext.Current.CancellationToken, limits));

        Assert.Contains(advice, failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsTransient);
    }

    [Theory]
    [InlineData(null, 500)]
    [InlineData(1_440, 1_440)]
    public async Task ReadCandles_NewestOfManyRows_ReadsLittle(int? minutes, int limit)
    {
        await SqlAsync($"""
            INSERT INTO k2.ohlcv_store (exchange, symbol, canonical_symbol, timeframe, window_start, window_end, trade_count, closed, complete, version)
            SELECT 'binance', 'S3USDT', 'S3/USDT', '1m', fromUnixTimestamp64Micro(toInt64(1700000000 - (1700000000 % 60) + 60 * number) * 1000000, 'UTC') AS start, start, 1, 1, 'yes', 1 FROM numbers({Rows})
            """);
        var end = 1_700_000_000L - (1_700_000_000 % 60) + (60 * Rows);
        var from = minutes is { } back ? new Timestamp((end - (60L * back)) * 1_000_000) : (Timestamp?)null;
        var query = new CandleQuery(Named("S3").Id, Timeframe.OneMinute, from, null, limit, true);
        var parameters = new Dictionary<string, string> { ["exchange"] = "'binance'", ["symbol"] = "'S3/USDT'", ["timeframe"] = "'1m'" };
        var sql = CandleRowReader.Statement(query, parameters, isNarrowed: from is null);
        foreach (var (name, value) in parameters) sql = sql.Replace($"{{{name}:{(long.TryParse(value, CultureInfo.InvariantCulture, out _) ? "Int64" : "String")}}}", value, StringComparison.Ordinal);

        using var answer = JsonDocument.Parse(await SqlAsync(sql + " FORMAT JSON"));

        Assert.Equal(limit, answer.RootElement.GetProperty("rows").GetInt32());

        // All columns of a row are more than 200 bytes; where no beginning is given, one column of all rows is looked through for the newest.
        Assert.InRange(answer.RootElement.GetProperty("statistics").GetProperty("bytes_read").GetInt64(), limit, Rows * 80);
    }

    [Fact]
    public async Task Partition_ThatTookNoRowForAWhile_BecomesOnePart()
    {
        const string parts = "SELECT count() FROM system.parts WHERE active AND database = 'k2' AND table = 'silver_trades_store' AND partition = '20240808'";
        Assert.Equal("4", await LineAsync("SELECT count() FROM system.tables WHERE database = 'k2' AND engine_full LIKE '%min_age_to_force_merge_seconds = 600, min_age_to_force_merge_on_partition_only = 1%'"));
        foreach (var id in (long[])[1, 2]) await Writer.WriteAsync(Flush(Named("T39"), id, [Trade(id, 5, id)]), TestContext.Current.CancellationToken);

        // The ten minutes as a second: the engine's clock cannot be set.
        await SqlAsync("ALTER TABLE k2.silver_trades_store MODIFY SETTING min_age_to_force_merge_seconds = 1");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await LineAsync(parts) != "1") await timer.WaitForNextTickAsync(limit.Token);
        await SqlAsync("ALTER TABLE k2.silver_trades_store MODIFY SETTING min_age_to_force_merge_seconds = 600");
    }

    [Fact]
    public async Task Insert_SameBlockAgain_IsStoredAgainAndReadOnce()
    {
        // If the engine took the second for a repeat, it would also do so after a kill that kept the first one's part from its place.
        var instrument = Named("T38");
        var flush = Flush(instrument, 1, [Trade(1, 5, 1)], [Candle(instrument, 0, 1)], [Candle(instrument, 0, 1)]);
        for (var time = 0; time < 2; time++) await Writer.WriteAsync(flush, TestContext.Current.CancellationToken);
        const string tables = "SELECT count() FROM system.tables WHERE database = 'k2' AND engine_full LIKE '%non_replicated_deduplication_window%' AND engine_full NOT LIKE '%non_replicated_deduplication_window = 0%'";
        Assert.Equal("0", await LineAsync(tables));
        foreach (var table in (string[])["silver_trades", "ohlcv", "candle_revisions", "symbol_state"])
        {
            Assert.Equal("1", await LineAsync($"SELECT count() FROM k2.{table} WHERE canonical_symbol = 'T38/USDT'"));
        }

        await SqlAsync("SYSTEM STOP MERGES k2.dead_letters_store");
        for (var time = 0; time < 2; time++) await SqlAsync("INSERT INTO k2.dead_letters_store (exchange, origin, sequence, reason, received_timestamp, original_length) SETTINGS insert_deduplication_token = 'a' VALUES ('binance', 'T38', 1, 'test', 0, 0)");
        Assert.Equal("2\t1", await LineAsync("SELECT (SELECT count() FROM k2.dead_letters_store WHERE origin = 'T38'), (SELECT count() FROM k2.dead_letters WHERE origin = 'T38')"));
        await SqlAsync("SYSTEM START MERGES k2.dead_letters_store");
    }

    [Fact]
    public async Task Caches_FillAtMostAThirdOfTheEnginesMemory()
    {
        var sizes = await LineAsync("SELECT name, value FROM system.server_settings WHERE name = 'max_server_memory_usage' OR (name LIKE '%cache_size' AND changed)");
        var values = sizes.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);

        Assert.Contains("mark_cache_size", values.Keys);
        Assert.Contains("primary_index_cache_size", values.Keys);
        Assert.InRange(values.Where(value => value.Key.EndsWith("cache_size", StringComparison.Ordinal)).Sum(value => value.Value), 1, values["max_server_memory_usage"] / 3);
    }

    private async Task<string> LineAsync(string sql) => (await SqlAsync(sql + " FORMAT TSV")).Trim();

    private async Task<string> SqlAsync(string sql)
    {
        using var answer = new MemoryStream();
        await engine.Host.QueryRawAsync(sql, answer, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
