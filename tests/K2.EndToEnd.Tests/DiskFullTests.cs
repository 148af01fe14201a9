using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>A full disk: refused at the start, waited for later.</summary>
public sealed class DiskFullTests
{
    [Fact]
    public async Task FullDiskAtTheStart_EndsWithOneLineAndCodeTwo_AndALargerDiskWorks()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var disk = SmallDisk.MountOrSkip(megabytes: 1);
        var data = Path.Combine(disk.Path, "data");
        using (var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, data)))
        {
            Assert.Equal(2, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
            Assert.Contains("space", Assert.Single(silo.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => !line.StartsWith("info:", StringComparison.Ordinal)), StringComparison.OrdinalIgnoreCase);
        }

        disk.Grow(megabytes: 64);
        await RunningSilo.ReplayAsync(capture, data);

        Assert.Equal("15863\t15863\n", await RunningSilo.QueryAsync(data, "SELECT count(), uniqExact(symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
    }

    [Fact]
    public async Task FullDiskDuringARun_IsWaitedFor_AndNothingIsLost()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var disk = SmallDisk.MountOrSkip(megabytes: 64);
        var data = Path.Combine(disk.Path, "data");
        using var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, data, "50"));
        await RunningSilo.StoredAsync(silo, trades: 500);
        var filler = Path.Combine(disk.Path, "filler");
        await FillAsync(filler);

        await RunningSilo.PrintedAsync(silo, "again in");
        File.Delete(filler);
        var code = await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);

        Assert.True(code == 0, silo.Output);
        Assert.Equal("15863\t15863\n", await RunningSilo.QueryAsync(data, "SELECT count(), uniqExact(symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
        Assert.Equal("0\n", await RunningSilo.QueryAsync(data, "SELECT count() FROM k2.dead_letters FORMAT TSV"));
    }

    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path);
        var block = new byte[64 << 10];
        try
        {
            while (true) await file.WriteAsync(block);
        }
        catch (IOException)
        {
            // Full, as wanted.
        }
    }
}
