using System.Globalization;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Starts of a silo of a cluster that cannot go as asked.</summary>
public sealed class ClusterStartTests
{
    [Fact]
    public async Task SiloPortIsTaken_IsOneClearLine()
    {
        await using var cluster = await RunningCluster.StartOrSkipAsync();

        var silo = cluster.Begin("silo", ("K2__Cluster__SiloPort", cluster.Engine.Url.Port.ToString(CultureInfo.InvariantCulture)));

        Assert.Equal(2, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
        Assert.Contains("A port for other silos or for clients is taken", silo.Output, StringComparison.Ordinal);
        Assert.Contains("K2:Cluster:SiloPort and GatewayPort", silo.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Unhandled exception", silo.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RedisComesLater_IsWaitedFor()
    {
        await using var cluster = await RunningCluster.StartOrSkipAsync();
        cluster.KillRedis();
        var silo = cluster.Begin("silo");
        await RunningSilo.PrintedAsync(silo, "k2: waits up to 60 s: ");

        await cluster.StartRedisAsync();

        await RunningSilo.PrintedAsync(silo, "ready in");
    }
}
