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

        // ClickHouse stops while a tenth of the disk is free; what it has begun by then ends before the disk is full.
        using var filler = disk.Fill(free: disk.Size / 20);
        await RunningSilo.PrintedAsync(silo, "again in");
        Assert.True(disk.Free > disk.Size / 40, $"the engine took rows until {disk.Free} bytes were free");
        filler.FillUp();
        filler.Dispose();
        var code = await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);

        Assert.True(code == 0, silo.Output);

        // Where a trade would have gone comes first: a count alone would not say it.
        Assert.Equal("", await RunningSilo.QueryAsync(data, "SELECT reason, detail, count() FROM k2.dead_letters GROUP BY ALL FORMAT TSV"));
        Assert.Equal("", await RunningSilo.QueryAsync(data, "SELECT table, name, reason FROM system.detached_parts FORMAT TSV"));
        Assert.Equal("15863\t15863\n", await RunningSilo.QueryAsync(data, "SELECT count(), uniqExact(symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
    }

    [Fact]
    public async Task Engine_DiskFullAgainAndAgain_HasEveryRowThatItAcknowledged()
    {
        const int Writers = 4;
        const int Rounds = 12;
        using var disk = SmallDisk.MountOrSkip(megabytes: 96);
        await using var engine = await RunningEngine.StartAsync(Path.Combine(disk.Path, "engine"));
        await engine.QueryAsync("CREATE TABLE default.kept (a UInt64, b String) ENGINE = ReplacingMergeTree ORDER BY a PARTITION BY intDiv(a, 5000)");
        var writers = Enumerable.Range(0, Writers).Select(number => new RowWriter(engine, "default.kept", number, Writers)).ToList();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var writer in writers) await writer.WriteAsync(rounds: 5);
            using (var filler = disk.Fill(free: disk.Size / 20))
            {
                await Task.WhenAll(writers.Select(writer => writer.UntilRefusedAsync()));
                Assert.True(disk.Free > disk.Size / 40, $"round {round}: the engine took rows until {disk.Free} bytes were free");
                while (await engine.QueryAsync("SELECT count() FROM system.merges") != "0\n") await Task.Yield();
                filler.FillUp();
                await Task.WhenAll(writers.Select(writer => writer.UntilRefusedAsync()));
            }
        }

        await engine.QueryAsync("DETACH TABLE default.kept");
        await engine.QueryAsync("ATTACH TABLE default.kept");
        Assert.Equal("", await engine.QueryAsync("SELECT name, reason FROM system.detached_parts"));
        var acknowledged = writers.Sum(writer => writer.Acknowledged);
        Assert.Equal($"{acknowledged}\t{acknowledged}\n", await engine.QueryAsync("SELECT count(), uniqExact(a) FROM default.kept FINAL"));
        Assert.True(acknowledged > 0);
    }

    [Fact]
    public async Task Engine_MergeUnderWayWhenSpaceRunsOut_IsStopped_AndItsSourcesStay()
    {
        using var disk = SmallDisk.MountOrSkip(megabytes: 256);
        await using var engine = await RunningEngine.StartAsync(Path.Combine(disk.Path, "engine"));
        await engine.QueryAsync("CREATE TABLE default.merged (a UInt64, b String CODEC(NONE)) ENGINE = MergeTree ORDER BY a");
        await engine.QueryAsync("SYSTEM STOP MERGES default.merged");
        for (var part = 0; part < 2; part++) await engine.QueryAsync($"INSERT INTO default.merged SELECT number + {part * 20_000}, randomString(1000) FROM numbers(20000) SETTINGS max_block_size = 20000, min_insert_block_size_rows = 20000");

        // What it writes anew it packs as slowly as it can.
        await engine.QueryAsync("ALTER TABLE default.merged MODIFY COLUMN b String CODEC(ZSTD(22))");
        await engine.QueryAsync("SYSTEM START MERGES default.merged");
        var parts = await engine.QueryAsync("SELECT name FROM system.parts WHERE table = 'merged' AND active ORDER BY name");
        var merge = engine.TryAsync("OPTIMIZE TABLE default.merged FINAL");
        while (await engine.QueryAsync("SELECT count() FROM system.merges WHERE table = 'merged'") == "0\n") Assert.False(merge.IsCompleted, "the merge was over before the disk was filled");
        using (disk.Fill(free: disk.Size / 20))
        {
            var (isDone, text) = await merge;
            Assert.False(isDone, "the merge went on");
            Assert.Contains("ABORTED", text, StringComparison.Ordinal);
        }

        Assert.Equal(parts, await engine.QueryAsync("SELECT name FROM system.parts WHERE table = 'merged' AND active ORDER BY name"));
        Assert.Equal("40000\t40000\n", await engine.QueryAsync("SELECT count(), uniqExact(a) FROM default.merged WHERE NOT ignore(b)"));
    }
}
