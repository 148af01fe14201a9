using K2.Cli.Bench.Faults;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>A short set of <c>k2 bench faults</c>.</summary>
public sealed class FaultBenchTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    public async Task RunSeed_RandomFaultsOnThreeExchanges_EqualsTheirLedgers(int seed)
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        await using var warehouse = await FaultBench.StartWarehouseAsync(folder.Path, TestContext.Current.CancellationToken);
        var (differences, settled) = await new FaultBench(TextWriter.Null).RunSeedAsync(seed, warehouse, TestContext.Current.CancellationToken);

        Assert.True(differences.Count == 0, $"seed {seed}, settled after {settled}:\n{string.Join('\n', differences)}");
    }
}
