using K2.Cli.Bench.Chaos;
using K2.Cli.Rig;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Short runs of <c>k2 bench chaos</c>: real silos that die under load, their tables against ledgers that nothing heals.</summary>
public sealed class ChaosBenchTests
{
    [Theory]
    [InlineData("cluster", 3)]
    [InlineData("single-kafka", 2)]
    public async Task Chaos_SecondsOfDisruptions_EqualsTheLedgers(string phase, int seed)
    {
        RunningSilo.EngineOrSkip();
        Assert.SkipUnless(phase != "cluster" || RedisProcess.IsInstalled, "no redis-server on the PATH: apt-get install redis-server");
        using var folder = new TemporaryFolder();
        using var report = new StringWriter();
        var options = new ChaosOptions
        {
            Silo = RunningSilo.Assembly,
            Folder = folder.Path,
            Seed = seed,
            Minutes = 0.1,
            TradesPerSecond = 1500,
            ExchangeTradesPerSecond = 100,
            LeastDisruptions = 1,
            LeastTrades = 1000,
            Phases = [.. ChaosPhase.All.Where(one => one.Name == phase)],
        };

        var passed = await new ChaosBench(options, RunningSilo.Instruments, report, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed, report.ToString());
    }
}
