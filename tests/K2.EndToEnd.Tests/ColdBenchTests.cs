using K2.Cli.Bench.Cold;

namespace K2.EndToEnd.Tests;

/// <summary>A few seeds of <c>k2 bench cold</c>; the whole is 200, with processes that are killed.</summary>
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
}
