using K2.Cli.Bench.Soak;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Short runs of <c>k2 bench soak</c> and <c>k2 bench outage</c>: a real silo under load, its tables against the exchanges' ledgers.</summary>
public sealed class SoakBenchTests
{
    [Fact]
    public async Task Soak_LoadWithAFaultEverySecond_EqualsTheLedgers()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var report = new StringWriter();
        var options = new SoakOptions { Silo = RunningSilo.Assembly, Folder = folder.Path, Seed = 1, Minutes = 0.09, TradesPerSecond = 600, FaultSeconds = 1 };

        var passed = await new SoakBench(options, RunningSilo.Instruments, report, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed, report.ToString());
    }
}
