using K2.Cli.Bench.Cluster;
using K2.Cli.Rig;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>A few of the failures of <c>k2 bench failures</c>, shorter: three silos and an API as processes, trades and candles must equal the ledgers and the cold tables the warehouse.</summary>
public sealed class ClusterFailureTests
{
    [Fact]
    public Task SiloIsKilled_OthersTakeOver_NothingIsLost() => RunAsync("silo1");

    [Fact]
    public async Task SiloIsCutOffInANetworkNamespace_NeedsRoot_NothingIsLost()
    {
        using (var cage = NetworkCage.TryCreate()) Assert.SkipWhen(cage is null, "a network namespace needs root and the program ip");
        await RunAsync("partition");
    }

    private static async Task RunAsync(string failure)
    {
        RunningSilo.EngineOrSkip();
        Assert.SkipUnless(RedisProcess.IsInstalled, "no redis-server on the PATH: apt-get install redis-server");
        using var folder = new TemporaryFolder();
        var output = new StringWriter();
        var options = new FailureOptions { Silo = RunningSilo.Assembly, Folder = folder.Path, TradesPerSecond = 60, Scale = 0.2, Only = [failure] };

        var passed = await new FailureBench(options, RunningSilo.Instruments, output, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed, output.ToString());
        Assert.Contains("1 failures, 0 skipped", output.ToString(), StringComparison.Ordinal);
    }
}
