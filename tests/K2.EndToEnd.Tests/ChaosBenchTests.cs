using K2.Cli.Bench.Chaos;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Short runs of <c>k2 bench chaos</c>: real silos that die under load, their tables against the ledgers.</summary>
public sealed class ChaosBenchTests
{
    [Fact]
    public async Task Cluster_SilosBrokersAndEngineAreDisrupted_EveryTradeIsThereOnce()
    {
        RunningSilo.EngineOrSkip();
        Assert.SkipUnless(RedisProcess.IsInstalled, "redis-server is not installed");

        await RunAsync("cluster", minutes: 0.12, seed: 3, fault: "", expected: true);
    }

    [Fact]
    public async Task SingleSilo_AtKafka_EveryTradeIsThereOnce()
    {
        RunningSilo.EngineOrSkip();

        await RunAsync("single-kafka", minutes: 0.12, seed: 2, fault: "", expected: true);
    }

    private static async Task RunAsync(string phase, double minutes, int seed, string fault, bool expected)
    {
        using var folder = new TemporaryFolder();
        using var report = new StringWriter();
        var options = new ChaosOptions
        {
            Silo = RunningSilo.Assembly,
            Folder = folder.Path,
            Seed = seed,
            Minutes = minutes,
            TradesPerSecond = 1500,
            ExchangeTradesPerSecond = 150,
            Fault = fault,
            Phases = [.. ChaosPhase.All.Where(one => one.Name == phase)],
        };

        var passed = await new ChaosBench(options, RunningSilo.Instruments, report, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed == expected, report.ToString());
    }
}
