using System.Globalization;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.TestKit.Warehouse;
using K2.Warehouse.Reading;

namespace K2.Warehouse.Tests.Reading;

/// <summary>Each check sees the defect that is planted for it by SQL, and none sees anything in rows that are right.</summary>
public sealed class QualityReaderTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static int _taken = 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_EverythingIsRight_FindsNothing()
    {
        var instrument = await StoreAsync();

        var checks = await RunAsync(instrument);

        Assert.All(checks, check => Assert.True(check.Found == 0, $"{check.Name}: {check.First}"));
        Assert.True(checks.Single(check => check.Name == "candle-differs").Looked >= 5);
        Assert.Equal(9, checks.Count);
    }

    [Theory]
    [InlineData("trades-without-candle", 1, "DELETE FROM k2.ohlcv_store WHERE canonical_symbol = '{0}' AND timeframe = '1m' AND trade_count = 3", "1m 2024-08-08T00:01:00")]
    [InlineData("candle-without-trades", 2, "INSERT INTO k2.ohlcv_store SELECT * REPLACE (window_start + toIntervalMinute(70) AS window_start, window_end + toIntervalMinute(70) AS window_end) FROM (SELECT * FROM k2.ohlcv_store WHERE canonical_symbol = '{0}' AND timeframe IN ('1m', '5m') AND window_start = '2024-08-08 00:00:00')", "m 2024-08-08T01:10:00")]
    [InlineData("candle-differs", 1, "INSERT INTO k2.ohlcv_store SELECT * REPLACE (volume + toDecimal128('0.000000000000000001', 18) AS volume, version + 1 AS version) FROM k2.ohlcv_store WHERE canonical_symbol = '{0}' AND timeframe = '15m' AND window_start = '2024-08-08 00:00:00'", "15m 2024-08-08T00:00:00")]
    [InlineData("candle-differs", 1, "INSERT INTO k2.ohlcv_store SELECT * REPLACE (close_trade_id - 1 AS close_trade_id, version + 1 AS version) FROM k2.ohlcv_store WHERE canonical_symbol = '{0}' AND timeframe = '1m' AND window_start = '2024-08-08 00:01:00'", "1m 2024-08-08T00:01:00")]
    [InlineData("forming-behind", 1, "INSERT INTO k2.ohlcv_store SELECT * REPLACE (0 AS closed, version + 1 AS version) FROM k2.ohlcv_store WHERE canonical_symbol = '{0}' AND timeframe = '1m' AND window_start = '2024-08-08 00:00:00'", "1m 2024-08-08T00:00:00")]
    [InlineData("revision-fell", 1, "INSERT INTO k2.candle_revisions_store SELECT * REPLACE (5 AS revision, version - 1 AS version) FROM k2.candle_revisions_store WHERE canonical_symbol = '{0}' AND timeframe = '5m' AND window_start = '2024-08-08 00:00:00'", "5m 2024-08-08T00:00:00")]
    [InlineData("revision-fell", 1, "INSERT INTO k2.candle_revisions_store SELECT * REPLACE (high_price + 1 AS high_price, version - 1 AS version) FROM k2.candle_revisions_store WHERE canonical_symbol = '{0}' AND timeframe = '5m' AND window_start = '2024-08-08 00:00:00'", "5m 2024-08-08T00:00:00")]
    [InlineData("duplicates", 1, "INSERT INTO k2.silver_trades_store SELECT * REPLACE (timestamp + toIntervalDay(3) AS timestamp) FROM k2.silver_trades_store WHERE canonical_symbol = '{0}' AND trade_id = 2", "trade 2")]
    [InlineData("conflicts", 1, "INSERT INTO k2.dead_letters_store (exchange, origin, sequence, reason, received_timestamp) VALUES ('binance', 'planted', 2, 'id-conflict', '2024-08-08 00:00:01')", "id-conflict planted")]
    [InlineData("dead-letters", 1, "INSERT INTO k2.dead_letters_store (exchange, origin, sequence, reason, received_timestamp) VALUES ('binance', 'planted', 1, 'bad-json', '2024-08-08 00:00:01')", "bad-json planted")]
    public async Task Run_ADefectIsPlanted_IsFound(string name, long found, string sql, string first)
    {
        var instrument = await StoreAsync();
        await SqlAsync(string.Format(CultureInfo.InvariantCulture, sql, instrument.Id.Symbol));

        var check = (await RunAsync(instrument)).Single(check => check.Name == name);

        Assert.Equal(found, check.Found);
        Assert.Contains(first, check.First, StringComparison.Ordinal);
        Assert.Equal(name is "dead-letters" or "conflicts", check.Passed);
        await SqlAsync("TRUNCATE TABLE k2.dead_letters_store");
    }

    [Theory]
    [InlineData(null, 2, "ids 3 to 4")]
    [InlineData("open", 0, "")]
    [InlineData("unfillable", 0, "")]
    [InlineData("filled", 2, "ids 3 to 4")]
    public async Task Run_IdsAreMissing_OnlyAGapThatIsNotFilledExcusesThem(string? gap, long found, string first)
    {
        var instrument = await StoreAsync(without: [3, 4]);
        if (gap is not null) await SqlAsync($"INSERT INTO k2.feed_gaps_store (exchange, canonical_symbol, id_epoch, gap_start, gap_end, first_missing_id, last_missing_id, cause, state, reason, version) VALUES ('binance', '{instrument.Id.Symbol}', 0, '2024-08-08 00:00:00', '2024-08-08 00:01:00', 3, 4, 'id-jump', '{gap}', '', 1)");

        var check = (await RunAsync(instrument)).Single(check => check.Name == "id-holes");

        Assert.Equal(found, check.Found);
        Assert.Contains(first, check.First, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AClosedCandleHasItsWholeHistory_NeitherClosingsNorJudgementsNorRevisionsAreDefects()
    {
        var instrument = await StoreAsync();
        foreach (var (step, complete) in new[] { (1, 0), (2, 1) })
        {
            await SqlAsync($"INSERT INTO k2.candle_revisions_store SELECT * REPLACE (version + {step} AS version, {complete} AS complete, 'judged' AS change) FROM (SELECT * FROM k2.candle_revisions_store WHERE canonical_symbol = '{instrument.Id.Symbol}' AND timeframe = '5m' AND change = 'closed')");
        }

        using var rows = new MemoryStream();
        await engine.Host.QueryRawAsync($"SELECT change, count() FROM k2.candle_revisions WHERE canonical_symbol = '{instrument.Id.Symbol}' AND timeframe = '5m' GROUP BY change ORDER BY change FORMAT CSV", rows, Token);
        Assert.Equal("\"closed\",1\n\"judged\",2\n", System.Text.Encoding.UTF8.GetString(rows.ToArray()));
        Assert.All(await RunAsync(instrument), check => Assert.True(check.Found == 0, $"{check.Name}: {check.First}"));
    }

    [Fact]
    public async Task RemoveEmptyCandles_RowsWithoutTrades_GoUnlessALaterPositionWroteThem()
    {
        var instrument = await StoreAsync();
        await SqlAsync($"INSERT INTO k2.ohlcv_store SELECT * REPLACE (window_start + toIntervalMinute(70) AS window_start, window_end + toIntervalMinute(70) AS window_end) FROM (SELECT * FROM k2.ohlcv_store WHERE canonical_symbol = '{instrument.Id.Symbol}' AND timeframe IN ('1m', '5m') AND window_start = '2024-08-08 00:00:00')");
        var above = LogPosition.Create(1, 100);
        await SqlAsync($"INSERT INTO k2.ohlcv_store SELECT * REPLACE (window_start + toIntervalMinute(75) AS window_start, window_end + toIntervalMinute(75) AS window_end, {above.Plus(1).Version} AS version) FROM (SELECT * FROM k2.ohlcv_store WHERE canonical_symbol = '{instrument.Id.Symbol}' AND timeframe = '1m' AND window_start = '2024-08-08 00:00:00')");

        var removed = await engine.Host.Lineage.RemoveEmptyCandlesAsync(instrument.Id, WarehouseSamples.Midnight, WarehouseSamples.At(86_400), above, Token);

        Assert.Equal(2, removed);
        var checks = await RunAsync(instrument);
        Assert.Equal((1, 0), (checks.Single(check => check.Name == "candle-without-trades").Found, checks.Single(check => check.Name == "trades-without-candle").Found));
    }

    private async Task<IReadOnlyList<QualityCheck>> RunAsync(Instrument instrument)
    {
        using var connection = new WarehouseConnection(engine.Host.Url, null, null);
        return await connection.Quality.RunAsync(new QualityRange(Exchange.Binance, instrument.Id.Symbol, null, new Timestamp(WarehouseSamples.Midnight.Microseconds + Timeframe.OneDay.LengthMicroseconds()), true), Token);
    }

    /// <summary>Stores seven trades of two minutes, and their candles as a book makes them.</summary>
    private async Task<Instrument> StoreAsync(params long[] without)
    {
        var instrument = WarehouseSamples.Named($"T{Interlocked.Increment(ref _taken)}");
        var book = new CandleBook(instrument, new CandleBookOptions());
        var changes = new BookChanges();
        long offset = 0;
        foreach (var id in Enumerable.Range(1, 7).Select(id => (long)id).Except(without))
        {
            var trade = WarehouseSamples.Trade(id, id * 14, offset, 100 + (id * 7 % 5), id);
            book.Apply(LogPosition.Create(1, offset++), LogRecord.OfTrade(trade.Trade), changes);
        }

        book.Apply(LogPosition.Create(1, offset), LogRecord.OfWatermark(WarehouseSamples.At(3 * 3_600)), changes);
        book.TakeChanges(changes);
        await engine.Host.Writer.WriteAsync(WarehouseSamples.Flush(instrument, 200, changes.NewTrades, changes.Candles, changes.Revisions), Token);
        return instrument;
    }

    private Task SqlAsync(string sql) => engine.Host.QueryRawAsync(sql, Stream.Null, Token);
}
