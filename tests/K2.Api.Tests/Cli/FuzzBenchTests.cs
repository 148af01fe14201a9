namespace K2.Api.Tests.Cli;

/// <summary>The bench measures the memory of its process: no other test may fill it meanwhile.</summary>
[CollectionDefinition(nameof(FuzzBenchTests), DisableParallelization = true)]
[Collection(nameof(FuzzBenchTests))]
public sealed class FuzzBenchTests
{
    [Fact]
    public async Task BenchFuzz_ShortRun_PassesForEveryParser()
    {
        var run = await CliRun.OfAsync(["bench", "fuzz", "--frames", "20000", "--seed", "7"]);

        Assert.True(run.ExitCode == 0, run.Out);
        Assert.Equal("PASSED: 20000 messages for each of 17 parsers", run.Out.TrimEnd('\n').Split('\n')[^1]);
    }

    [Fact]
    public async Task BenchFuzz_NoFrames_IsAUsageError()
    {
        var run = await CliRun.OfAsync(["bench", "fuzz", "--frames", "0"]);

        Assert.Equal(2, run.ExitCode);
    }
}
