using K2.Cli.Bench.Cold;

namespace K2.EndToEnd.Tests;

/// <summary>A few seeds of <c>k2 bench cold</c>, and a few calls of its <c>--steps</c>; the whole is 200 seeds and every call, with processes that are killed.</summary>
public sealed class ColdBenchTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-cold-bench-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task FewSeeds_AreEqual()
    {
        var output = new StringWriter();

        var passed = await new ColdBench(new ColdBenchOptions { Folder = _folder, FirstSeed = 1001, Seeds = 4, Rounds = 6 }, output).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed, output.ToString());
        Assert.Contains("PASSED: 4 seeds", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FewCallsOfTheScript_EachDisturbed_AreEqual()
    {
        var output = new StringWriter();

        // Passes only if each kind of fault has happened, and compaction, expiry and sweep have had something to do.
        var passed = await new ColdSteps(new ColdStepsOptions { Folder = _folder, Every = 101 }, output).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed, output.ToString());
        Assert.Contains("PASSED: 8 steps", output.ToString(), StringComparison.Ordinal);
    }
}
