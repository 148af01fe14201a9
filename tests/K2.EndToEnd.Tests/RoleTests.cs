using System.Text.Json;
using K2.Cli.Bench;
using K2.Client;
using K2.Contracts.Hosting;
using K2.Contracts.Http;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>A process that takes trades and one that serves them, over one Redis, Kafka and ClickHouse.</summary>
public sealed class RoleTests
{
    [Fact]
    public async Task SiloTakesTrades_ApiServesThem_AndNamesTheSilosGateway()
    {
        await using var cluster = await RunningCluster.StartOrSkipAsync();
        var silo = await cluster.StartAsync("silo");
        var api = await cluster.StartAsync("api");

        // Live events of an app that knows the api's address only.
        await using var client = await K2Client.ConnectAsync(cluster.EndpointsOf(api).Url, cancellationToken: TestContext.Current.CancellationToken);
        await using var changes = client.WatchAsync("kraken", "BTC/USD", cancellationToken: TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await changes.MoveNextAsync());
        await RunningSilo.UntilAsync(async () => (await cluster.GetAsync(api, "/v1/trades?exchange=kraken&symbol=BTC-USD&limit=1")).Text.Contains("\"trade_id\"", StringComparison.Ordinal), api, "no trade was served");

        var named = SiloEndpoints.FromJson((await cluster.GetAsync(api, "/v1/cluster")).Text);
        Assert.Equal(cluster.EndpointsOf(silo).Gateway, named.Gateway);
        Assert.Equal("api", named.Role);
        var status = JsonSerializer.Deserialize((await cluster.GetAsync(api, "/v1/status")).Text, ApiJson.Default.PlatformStatus)!;
        Assert.NotNull(status.LagRecords);
        Assert.Empty(status.Counters);
        Assert.Equal("streaming", Assert.Single(status.Connectors, connector => connector.Exchange == "kraken").State);
        foreach (var path in (string[])["/", "/dashboard", "/health", "/v1/live", "/v1/cold", "/v1/ohlcv/1m?exchange=kraken&symbol=BTC-USD"]) Assert.Equal((path, 200), (path, (await cluster.GetAsync(api, path)).Status));
        foreach (var path in (string[])["/", "/dashboard", "/v1/live", "/v1/ohlcv/1m?exchange=kraken&symbol=BTC-USD"]) Assert.Equal((path, 404), (path, (await cluster.GetAsync(silo, path)).Status));
        foreach (var path in (string[])["/health", "/v1/status", "/v1/cluster"]) Assert.Equal((path, 200), (path, (await cluster.GetAsync(silo, path)).Status));

        var member = Assert.Single(status.Silos);
        Assert.Equal((SiloMember.Active, "silo", ProductVersion.Current.Number, ProductVersion.Current.Commit), (member.Status, member.Role, member.Version, member.Commit));
        Assert.NotNull(member.Started);
        foreach (var process in (SiloProcess[])[silo, api])
        {
            Assert.Equal((200, "live\n"), await cluster.GetAsync(process, "/health/live"));
            Assert.Equal((200, "ready\n"), await cluster.GetAsync(process, "/health/ready"));
        }

        Assert.Contains("role=\"api\"", (await cluster.GetAsync(api, "/metrics")).Text, StringComparison.Ordinal);
        Assert.Contains("role=\"silo\"", (await cluster.GetAsync(silo, "/metrics")).Text, StringComparison.Ordinal);

        await api.TerminateAsync();
        Assert.True(await api.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken) == 0, api.Output);
        await silo.TerminateAsync();
        Assert.True(await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken) == 0, silo.Output);
    }

    [Fact]
    public async Task SiloIsKilledAndAnotherComes_ApiIsNotReadyAndThenFindsIt()
    {
        await using var cluster = await RunningCluster.StartOrSkipAsync();
        var first = await cluster.StartAsync("silo");
        var api = await cluster.StartAsync("api");
        first.Kill();
        await RunningSilo.UntilAsync(async () => (await cluster.GetAsync(api, "/health/ready")) is (503, var reason) && reason.Contains("no silo answers", StringComparison.Ordinal), api, "it did not notice that its silo is gone");
        Assert.Equal((200, "live\n"), await cluster.GetAsync(api, "/health/live"));
        Assert.Equal(503, (await cluster.GetAsync(api, "/v1/cluster")).Status);

        var second = await cluster.StartAsync("silo");

        await RunningSilo.UntilAsync(async () => (await cluster.GetAsync(api, "/health/ready")).Status == 200, api, "it did not find the other silo");
        Assert.Equal(cluster.EndpointsOf(second).Gateway, SiloEndpoints.FromJson((await cluster.GetAsync(api, "/v1/cluster")).Text).Gateway);
        await RunningSilo.UntilAsync(async () => (await cluster.GetAsync(api, "/v1/live?exchange=kraken&symbol=BTC-USD")).Text.Contains("\"last_trade\":{", StringComparison.Ordinal), api, "the live view did not come back");
    }
}
