using System.Text.Json;
using K2.Api.Tests.Hosting;
using K2.Cli.Reading;
using K2.Contracts.Http;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Cli;

public sealed class RowCommandTests(TestPlatform platform)
{
    [Fact]
    public async Task Candles_Table_IsPlainText()
    {
        var run = await RunAsync("candles binance BTC/USDT --from 2024-08-08T23:50:00Z --limit 2");

        Assert.Equal(
            """
              window_start                  open_price   high_price   low_price   close_price     volume    quote_volume   trade_count   closed   complete   revision
            ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────
              2024-08-08T23:50:00.000000Z     61837.63        61900     61800.5         61850     12.345   76333.3333333            10   true     yes               0
              2024-08-08T23:51:00.000000Z     61837.64     61900.01     61800.5         61850   12.34501   76333.3333334            11   true     yes               0

            """,
            run.Out);
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.Out);
    }

    [Fact]
    public async Task Candles_WithoutFrom_AreTheNewestOldestFirst()
    {
        var run = await RunAsync("candles binance BTC/USDT --limit 2 --format csv");

        Assert.Equal(
            "exchange,symbol,timeframe,window_start,window_end,open_price,high_price,low_price,close_price,volume,quote_volume,trade_count,open_time,close_time,open_trade_id,close_trade_id,closed,complete,revision,filled\n"
            + "binance,BTC/USDT,1m,2024-08-09T19:48:00.000000Z,2024-08-09T19:49:00.000000Z,61849.61,61911.98,61800.5,61850,12.35698,76333.3334531,1208,2024-08-09T19:48:00.342000Z,2024-08-09T19:48:59.999001Z,3000119800,3000119899,true,yes,0,false\n"
            + "binance,BTC/USDT,1m,2024-08-09T19:49:00.000000Z,2024-08-09T19:50:00.000000Z,61849.62,61911.99,61800.5,61850,12.35699,76333.3334532,1209,2024-08-09T19:49:00.342000Z,2024-08-09T19:49:59.999001Z,3000119900,3000119999,true,yes,0,false\n",
            run.Out);
    }

    [Fact]
    public async Task Candles_To_EndsBefore()
    {
        var run = await RunAsync("candles binance BTC/USDT --to 2024-08-08T23:52:00Z --format csv");

        Assert.Equal(3, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task Candles_None_SaysSo()
    {
        var run = await RunAsync("candles binance BTC/USDT --timeframe 1d");

        Assert.Equal("k2: no rows\n", run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Trades_Json_IsAnArrayOfTheApisObjects()
    {
        var run = await RunAsync("trades binance BTC/USDT --from 2024-08-08 --limit 3 --format json");

        var trades = JsonDocument.Parse(run.Out).RootElement.EnumerateArray().Select(row => row.Deserialize(ApiJson.Default.TradeView)).ToList();
        Assert.Equal(Enumerable.Range(0, 3).Select(number => Samples.Trade(number).Trade.ToView(Samples.Btc)), trades!);
    }

    [Fact]
    public async Task Trades_NoneAsJson_IsAnEmptyArray()
    {
        var run = await RunAsync("trades kraken BTC/USD --format json");

        Assert.Equal("[]\n", run.Out);
    }

    [Fact]
    public async Task Trades_Table_IsPlainText()
    {
        var run = await RunAsync("trades binance BTC/USDT --from 2024-08-08 --limit 1");

        Assert.Equal(
            """
              timestamp                     trade_id   side      price   quantity   source
            ────────────────────────────────────────────────────────────────────────────────
              2024-08-08T23:50:00.000000Z       5000   BUY    61837.63    0.00123   replay

            """,
            run.Out);
    }

    [Fact]
    public async Task Symbols_Csv_ListsThem()
    {
        var run = await RunAsync("symbols --format csv");

        Assert.Equal(
            "exchange,symbol,native_symbol,base_asset,quote_asset,price_scale,quantity_scale,trade_kind,active\n"
            + "binance,BTC/USDT,BTCUSDT,BTC,USDT,2,5,single,true\nbinance,ETH/USDT,ETHUSDT,ETH,USDT,2,4,single,true\nkraken,BTC/USD,BTC/USD,BTC,USD,1,8,single,false\n",
            run.Out);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(150)]
    public async Task FolderReader_Trades_EqualTheServers(int limit)
    {
        var request = new RowRequest(Samples.Btc.Id, new DateTimeOffset(Samples.Start.ToDateTime()), null, limit);
        await using var reader = new FolderReader(FakeWarehouse.WithSamples(), Samples.Table(), null);

        var trades = await reader.TradesAsync(request, TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, limit).Select(number => Samples.Trade(number).Trade.ToView(Samples.Btc)), trades);
    }

    [Fact]
    public async Task FolderReader_NewestCandles_ComeOldestFirst()
    {
        await using var reader = new FolderReader(FakeWarehouse.WithSamples(), Samples.Table(), null);

        var candles = await reader.CandlesAsync("1m", new RowRequest(Samples.Btc.Id, null, null, 2), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([Samples.Minute(1_198).ToDateTime(), Samples.Minute(1_199).ToDateTime()], candles.Select(candle => candle.WindowStart));
    }

    private Task<CliRun> RunAsync(string line) => CliRun.OfAsync(["--server", platform.Endpoints.Url, .. line.Split(' ')]);
}
