using K2.Cli.Bench.Faults;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>A short set of <c>k2 bench faults</c>.</summary>
public sealed class FaultBenchTests
{
    [Fact]
    public async Task RunSeed_RandomFaultsWithTheWaitsOfProduction_EqualsTheLedgers() => await EqualTheirLedgers(Enumerable.Range(1, 12), () => new VirtualWorld());

    [Fact]
    public async Task RunSeed_RandomFaultsOverRealSockets_EqualsTheLedgers() => await EqualTheirLedgers([1, 4, 8], () => new LoopbackWorld());

    [Theory]
    [InlineData(4)]
    [InlineData(11)]
    public async Task RunSeed_Again_TakesTheSameSteps(int seed)
    {
        var bench = new FaultBench(TextWriter.Null, () => new VirtualWorld());
        var first = await bench.RunSeedAsync(seed, null, TestContext.Current.CancellationToken);
        var again = await bench.RunSeedAsync(seed, null, TestContext.Current.CancellationToken);
        var other = await bench.RunSeedAsync(seed + 1, null, TestContext.Current.CancellationToken);

        Assert.Equal((first.Trace, first.Settled), (again.Trace, again.Settled));
        Assert.NotEqual(first.Trace, other.Trace);
    }

    private static async Task EqualTheirLedgers(IEnumerable<int> seeds, Func<FeedWorld> newWorld)
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        await using var warehouse = await FaultBench.StartWarehouseAsync(folder.Path, TestContext.Current.CancellationToken);
        var bench = new FaultBench(TextWriter.Null, newWorld);
        foreach (var seed in seeds)
        {
            var (differences, settled, trace) = await bench.RunSeedAsync(seed, warehouse, TestContext.Current.CancellationToken);
            Assert.True(differences.Count == 0, $"seed {seed}, trace {trace:x16}, settled after {settled}:\n{string.Join('\n', differences)}");
        }
    }
}
