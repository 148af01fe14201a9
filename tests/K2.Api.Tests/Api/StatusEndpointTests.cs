using System.Net;
using System.Text.Json;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Api.Status;
using K2.Api.Tests.Cli;
using K2.Api.Tests.Hosting;
using K2.Contracts.Hosting;
using K2.Contracts.Http;
using K2.TestKit.Cold;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Tests.Api;

public sealed class StatusEndpointTests(TestPlatform platform)
{
    [Fact]
    public async Task GetCluster_Always_NamesTheGateway() => Assert.Equal(platform.Endpoints, SiloEndpoints.FromJson(await GetAsync("/v1/cluster")));

    [Fact]
    public async Task GetSymbols_Always_ListsAllAndMarksActive()
    {
        var symbols = JsonSerializer.Deserialize(await GetAsync("/v1/symbols"), ApiJson.Default.SymbolPage)!.Data;

        Assert.Equal([("binance", "BTC/USDT", true), ("binance", "ETH/USDT", true), ("kraken", "BTC/USD", false)], symbols.Select(symbol => (symbol.Exchange, symbol.Symbol, symbol.Active)));
        Assert.Equal("BTCUSDT", symbols[0].NativeSymbol);
    }

    [Fact]
    public async Task GetStatus_PartsFail_ReportsThemAndAnswersTheRest()
    {
        var status = JsonSerializer.Deserialize(await GetAsync("/v1/status"), ApiJson.Default.PlatformStatus)!;

        Assert.Equal("simulated", status.Source);
        Assert.Equal(123, status.Counters["frames"]);
        Assert.Equal(100, status.Counters["trade_frames"]);
        Assert.Null(status.LagRecords);
        Assert.Equal(["streaming", "unreachable"], status.Connectors.Select(connector => connector.State));
        Assert.Equal("kraken is asleep", status.Connectors[1].LastError);
        Assert.Equal("binance:BTC/USDT", Assert.Single(status.Symbols).Instrument);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), status.Started);
    }

    [Fact]
    public async Task GetHealth_ConnectorAway_IsDegradedWith200()
    {
        using var response = await platform.Http.GetAsync("/health", TestContext.Current.CancellationToken);

        var report = await ReportAsync(response);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HealthReport.Degraded, report.Status);
        Assert.True(report.Warehouse);
        Assert.Equal(["The connection to kraken is unreachable (kraken is asleep)."], report.Problems);
    }

    [Fact]
    public async Task GetHealth_WarehouseAway_Is503()
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse { Failure = new K2Exception("connection refused", true) });
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var response = await http.GetAsync("/health", TestContext.Current.CancellationToken);

        var report = await ReportAsync(response);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.False(report.Warehouse);
        Assert.Contains("The warehouse does not answer: connection refused.", report.Problems);
    }

    [Fact]
    public async Task GetHealth_ColdTablesFail_IsDegradedWith200AndNamesThem()
    {
        await using var app = await platform.StartApiAsync(services => services.AddSingleton<IColdTier>(new ScriptedColdTier()));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        string[] problems =
        [
            "Cold tables raw_frames, silver_trades: The last export ended as failed: the store is away.",
            "Cold table candle_revisions: What works on it does not answer.",
        ];

        using var response = await http.GetAsync("/health", TestContext.Current.CancellationToken);

        var report = await ReportAsync(response);
        Assert.Equal((HttpStatusCode.OK, HealthReport.Degraded, true), (response.StatusCode, report.Status, report.Warehouse));
        Assert.Equal(["The connection to kraken is unreachable (kraken is asleep).", .. problems], report.Problems);
        var status = JsonSerializer.Deserialize(await http.GetStringAsync("/v1/status", TestContext.Current.CancellationToken), ApiJson.Default.PlatformStatus)!;
        Assert.Equal(problems, status.ColdProblems);
        Assert.EndsWith(string.Join('\n', problems) + "\n", (await CliRun.OfAsync(["status", "--server", app.Urls.First()])).Out.Split("instrument")[0].TrimEnd(' '), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetHealth_OnlyThisProcessCannotReachTheStore_SaysSo()
    {
        await using var app = await platform.StartApiAsync(services => services.AddSingleton<IColdTier>(new ScriptedColdTier { Problem = "the keys are wrong." }));
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var response = await http.GetAsync("/health", TestContext.Current.CancellationToken);

        Assert.Contains("This process cannot read the cold tier: the keys are wrong.", (await ReportAsync(response)).Problems);
    }

    [Fact]
    public async Task GetStatus_Always_NamesTheBuildsOfAllSilos()
    {
        var status = JsonSerializer.Deserialize(await GetAsync("/v1/status"), ApiJson.Default.PlatformStatus)!;

        Assert.Equal([TestClusterGrain.Unknown, TestClusterGrain.Known], status.Silos);
        Assert.Equal((ProductVersion.Current.Number, ProductVersion.Current.Commit, "all"), (status.Version, status.Commit, status.Role));
    }

    [Fact]
    public async Task GetCluster_ProcessWithoutAGateway_NamesThatOfAnActiveSilo()
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse(), gateway: "");
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        Assert.Equal("10.0.0.1:30000", SiloEndpoints.FromJson(await http.GetStringAsync("/v1/cluster", TestContext.Current.CancellationToken)).Gateway);
    }

    [Fact]
    public async Task GetLiveAndReady_AllIsWell_Are200()
    {
        Assert.Equal("live\n", await GetAsync("/health/live"));
        Assert.Equal("ready\n", await GetAsync("/health/ready"));
    }

    [Fact]
    public async Task GetReady_WarehouseAway_Is503WithTheReason_AndLiveIs200()
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse { Failure = new K2Exception("connection refused", true) });
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var ready = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        using var live = await http.GetAsync("/health/live", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal("The warehouse does not answer: connection refused.", JsonSerializer.Deserialize(await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), ApiJson.Default.ApiProblem)!.Detail);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
    }

    [Fact]
    public async Task GetReady_Draining_Is503AtOnce_ThoughTheWarehouseHangs()
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse { Hangs = true });
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        app.Services.GetRequiredService<Readiness>().Drain();

        using var ready = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("draining", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetLive_WithoutInstrument_AnswersAllActive()
    {
        await platform.Live("binance:ETH/USDT").SetForming(Samples.Forming(7) with { Symbol = "ETH/USDT" });

        var page = JsonSerializer.Deserialize(await GetAsync("/v1/live?timeframe=1m"), ApiJson.Default.LivePage)!;

        Assert.Equal(["BTC/USDT", "ETH/USDT"], page.Data.Select(snapshot => snapshot.Symbol));
        Assert.Equal("1m", Assert.Single(page.Data[1].Candles).Timeframe);
    }

    [Fact]
    public async Task GetLive_OtherTimeframe_LeavesCandlesOut()
    {
        await platform.Live("binance:BTC/USDT").SetForming(Samples.Forming(1_200));

        var page = JsonSerializer.Deserialize(await GetAsync("/v1/live?exchange=binance&symbol=BTC-USDT&timeframe=1d"), ApiJson.Default.LivePage)!;

        Assert.Empty(Assert.Single(page.Data).Candles);
    }

    private Task<string> GetAsync(string path) => platform.Http.GetStringAsync(path, TestContext.Current.CancellationToken);

    private static async Task<HealthReport> ReportAsync(HttpResponseMessage response) =>
        JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), ApiJson.Default.HealthReport)!;
}
