using System.Net;
using System.Text.Json;
using K2.Api.Tests.Cli;
using K2.Api.Tests.Hosting;
using K2.Client;
using K2.Contracts.Http;
using K2.Domain;

namespace K2.Api.Tests.Api;

/// <summary>States of the cold tables through the API, the client and the tool.</summary>
public sealed class SnapshotTests(TestPlatform platform)
{
    private const string Btc = "exchange=binance&symbol=BTC-USDT";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("7543973955931708879", FakeCold.FirstRows)]
    [InlineData("2024-08-10", FakeCold.FirstRows)]
    [InlineData("2024-08-10T00:14:59.999Z", FakeCold.FirstRows)]
    [InlineData("2024-08-10T00:15Z", 1_000)]
    [InlineData("12", 1_000)]
    public async Task Get_State_IsReadPageByPage(string snapshot, int trades)
    {
        var seen = new List<long>();
        for (var next = $"/v1/trades?{Btc}&order=asc&limit=7&snapshot={snapshot}"; next is not null;)
        {
            var page = JsonSerializer.Deserialize(await platform.Http.GetStringAsync(next, Token), ApiJson.Default.TradePage)!;
            seen.AddRange(page.Data.Select(trade => trade.TradeId));
            next = page.Next;
        }

        Assert.Equal(Enumerable.Range(5_000, trades).Select(id => (long)id), seen);
    }

    [Theory]
    [InlineData("/v1/trades?" + Btc + "&limit=2")]
    [InlineData("/v1/ohlcv/1m?" + Btc + "&limit=2")]
    public async Task Get_StateAtATime_NamesItsNumberInNext_SoThatALaterStateIsNotMixedIn(string path)
    {
        var page = JsonDocument.Parse(await platform.Http.GetStringAsync($"{path}&snapshot=2024-08-10T00:01Z", Token)).RootElement;

        Assert.Contains("&snapshot=7543973955931708879", page.GetProperty("next").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/trades?" + Btc + "&snapshot=1", 404, "silver_trades has no snapshot 1 (any more): k2 snapshots silver_trades, or /v1/snapshots?table=silver_trades, lists those that can be read.")]
    [InlineData("/v1/trades?" + Btc + "&snapshot=2024-08-09", 404, "silver_trades has no snapshot at or before 2024-08-09T00:00:00.000000Z (any more): k2 snapshots silver_trades, or /v1/snapshots?table=silver_trades, lists those that can be read.")]
    [InlineData("/v1/ohlcv/1m?" + Btc + "&snapshot=1", 404, "gold_ohlcv_1m has no snapshot 1 (any more): k2 snapshots gold_ohlcv_1m, or /v1/snapshots?table=gold_ohlcv_1m, lists those that can be read.")]
    [InlineData("/v1/ohlcv/1m?" + Btc + "&snapshot=1&as_of=2024-08-09", 404, "candle_revisions has no snapshot 1 (any more): k2 snapshots candle_revisions, or /v1/snapshots?table=candle_revisions, lists those that can be read.")]
    [InlineData("/v1/ohlcv/1h?" + Btc + "&snapshot=12", 404, "gold_ohlcv_1h was never exported, so it has no snapshots yet: k2 export run gold_ohlcv_1h exports it now, else wait for the next export.")]
    [InlineData("/v1/ohlcv/4h?" + Btc + "&snapshot=12", 400, "snapshot goes with 1m, 5m, 15m, 30m, 1h, 1d: other intervals are made of stored candles.")]
    [InlineData("/v1/ohlcv/1m?" + Btc + "&snapshot=12&live=true", 400, "snapshot goes without live and fill: it is a state of the cold tables.")]
    [InlineData("/v1/trades?" + Btc + "&snapshot=latest", 400, "snapshot 'latest' is neither the number of a snapshot nor a time: /v1/snapshots lists the numbers, and a time is ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL).")]
    [InlineData("/v1/trades?" + Btc + "&snapshot=", 400, "snapshot '' is neither the number of a snapshot nor a time: /v1/snapshots lists the numbers, and a time is ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL).")]
    [InlineData("/v1/trades?" + Btc + "&snapshot=9223372036854775808", 400, "snapshot '9223372036854775808' is neither the number of a snapshot nor a time: /v1/snapshots lists the numbers, and a time is ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL).")]
    public async Task Get_StateThatIsNot_SaysWhatIsWrongAndHowToMendIt(string path, int status, string detail)
    {
        using var response = await platform.Http.GetAsync(path, Token);

        var problem = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(Token), ApiJson.Default.ApiProblem)!;
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(detail, problem.Detail);
    }

    [Fact]
    public async Task Client_State_IsTheSame()
    {
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints.Url, new K2ClientOptions { ConnectGatewayOnFirstUse = true }, Token);
        var first = ColdMoment.OfSnapshot(FakeCold.First);

        Assert.Equal(FakeCold.FirstRows, await k2.GetTradesAsync("binance", "BTC/USDT", snapshot: first, cancellationToken: Token).CountAsync(Token));
        Assert.Equal(5_009, (await k2.GetLatestTradesAsync("binance", "BTC/USDT", 1, snapshot: first, cancellationToken: Token))[0].TradeId);
        Assert.Equal(FakeCold.FirstRows, await k2.GetCandlesAsync("binance", "BTC/USDT", "1m", snapshot: ColdMoment.AtTime(FakeCold.FirstAt), cancellationToken: Token).CountAsync(Token));
        Assert.Equal(Samples.Minute(9).ToDateTime(), (await k2.GetLatestCandlesAsync("binance", "BTC/USDT", "1m", 1, snapshot: first, cancellationToken: Token))[0].WindowStart);
        var failure = await Assert.ThrowsAsync<K2ClientException>(async () => await k2.GetTradesAsync("binance", "BTC/USDT", snapshot: ColdMoment.OfSnapshot(1), cancellationToken: Token).CountAsync(Token));
        Assert.Contains("k2 snapshots silver_trades", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trades binance BTC/USDT --snapshot 7543973955931708879")]
    [InlineData("trades binance BTC/USDT --snapshot 2024-08-10T00:00Z --from 2024-08-08")]
    [InlineData("candles binance BTC/USDT --snapshot 7543973955931708879")]
    [InlineData("candles binance BTC/USDT --snapshot 2024-08-10 --from 2024-08-08")]
    public async Task Tool_State_IsTheSame(string line)
    {
        var run = await CliRun.OfAsync(["--server", platform.Endpoints.Url, .. line.Split(' '), "--format", "csv"]);

        Assert.Equal("", run.Error);
        Assert.Equal(FakeCold.FirstRows + 1, run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("trades binance BTC/USDT --snapshot 1", 1, "k2: silver_trades has no snapshot 1 (any more): k2 snapshots silver_trades, or /v1/snapshots?table=silver_trades, lists those that can be read.\n")]
    [InlineData("candles binance BTC/USDT --snapshot soon", 2, "k2: --snapshot 'soon' is neither the number of a snapshot nor a time: 'k2 snapshots' lists the numbers, and a time is ISO 8601 in UTC such as 2024-08-08T23:55:00Z.\n")]
    public async Task Tool_StateThatIsNot_IsOneLine(string line, int code, string error)
    {
        var run = await CliRun.OfAsync(["--server", platform.Endpoints.Url, .. line.Split(' ')]);

        Assert.Equal((code, error), (run.ExitCode, run.Error));
        Assert.Empty(run.Out);
    }

    [Theory]
    [InlineData("trades")]
    [InlineData("candles")]
    public async Task Tool_StateOfAFolderWithoutSilo_IsOneLine(string command)
    {
        var folder = Directory.CreateTempSubdirectory("k2-cli-").FullName;
        try
        {
            var run = await CliRun.OfAsync(["--data", folder, command, "binance", "BTC/USDT", "--snapshot", "1"]);

            Assert.Equal((1, $"k2: no silo runs on {folder}, and --snapshot is read by a running one: start it or give --server.\n"), (run.ExitCode, run.Error));
        }
        finally
        {
            Directory.Delete(folder);
        }
    }
}
