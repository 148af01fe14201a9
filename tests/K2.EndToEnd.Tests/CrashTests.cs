using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.EndToEnd.Tests;

/// <summary>Real processes that die: a fixed short set of what <c>k2 bench kill</c> runs whole.</summary>
public sealed class CrashTests
{
    private const string PacedSpeed = "30";

    [Fact]
    public async Task SigKill_OfSiloOrEngineAtHeldSteps_LeavesTheRowsOfAnUninterruptedRun()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        using var output = new StringWriter();
        var options = new KillBenchOptions { Capture = capture, Silo = RunningSilo.Assembly, Seeds = 2, FirstSeed = 5, Speed = 50, HitsPerStep = 0, Folder = folder.Data };

        var passed = await new KillBench(options, new StoredRowsReader(RunningSilo.Instruments, TimeProvider.System, NullLoggerFactory.Instance), output, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);

        Assert.True(passed, output.ToString());
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("cut")]
    public async Task LostLog_AfterASigKill_IsNeverSilentlyIgnored(string loss)
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        await RunningSilo.ReplayAsync(capture, Path.Combine(folder.Path, "whole"));
        var expected = await RunningSilo.RowsAsync(Path.Combine(folder.Path, "whole"));
        using (var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, folder.Data, PacedSpeed)))
        {
            await RunningSilo.StoredAsync(silo, trades: 2000);
            silo.Kill();
            await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
        }

        Lose(Path.Combine(folder.Data, "log"), loss);
        var output = await RunningSilo.ReplayAsync(capture, folder.Data);

        Assert.Null((await RunningSilo.RowsAsync(folder.Data)).DifferenceTo(expected));
        Assert.Contains("poch", output, StringComparison.Ordinal); // The log says that a new epoch began, and why.
        Assert.NotEqual("1\n", await RunningSilo.QueryAsync(folder.Data, "SELECT max(log_epoch) FROM k2.silver_trades FORMAT TSV"));
    }

    [Fact]
    public async Task SigTerm_DuringAReplay_DrainsAndLosesNothing()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, folder.Data, PacedSpeed));
        await RunningSilo.StoredAsync(silo, trades: 1000);

        await silo.TerminateAsync();
        var code = await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);

        Assert.True(code == 0, silo.Output);
        var summary = silo.Output.Split('\n').Single(line => line.StartsWith("frames ", StringComparison.Ordinal) && line.Contains("applied", StringComparison.Ordinal)).Split(' ');
        Assert.Equal(summary[1], summary[9]);
        Assert.Equal(summary[1] + "\n", await RunningSilo.QueryAsync(folder.Data, "SELECT count() FROM k2.silver_trades FORMAT TSV"));
        Assert.False(File.Exists(Path.Combine(folder.Data, "silo.json")));
    }

    private static void Lose(string log, string loss)
    {
        if (loss == "deleted")
        {
            Directory.Delete(log, true);
            return;
        }

        var last = Directory.GetFiles(log).Where(file => new FileInfo(file).Length > 100_000).Order(StringComparer.Ordinal).Last();
        using var file = File.Open(last, FileMode.Open);
        file.SetLength(file.Length / 2);
    }
}
