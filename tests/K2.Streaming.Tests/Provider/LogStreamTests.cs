using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Provider;
using K2.TestKit.Log;

namespace K2.Streaming.Tests.Provider;

public sealed class LogStreamTests : IAsyncDisposable
{
    private readonly Effects _effects = new();
    private readonly WatchedLog _log;

    public LogStreamTests() => _log = new WatchedLog(new InMemoryLog([new LogTopic(StreamCluster.Topic, 1)]), _effects);

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    [Fact]
    public async Task Delivery_KeysWithoutActiveGrain_ActivatesThemAndDrains()
    {
        await using var cluster = await StreamCluster.StartAsync(_log, _effects);

        await cluster.AppendAsync(("a", 3), ("b", 2), ("a", 4));
        await _effects.WhenAsync(e => e.CountOf("a") == 7 && e.CountOf("b") == 2, "first records");
        await cluster.AppendAsync(("c", 1), ("a", 1));
        await _effects.WhenAsync(e => e.CountOf("a") == 8 && e.CountOf("c") == 1, "further records");
        await cluster.DrainedAsync();

        var status = Assert.Single(await cluster.Status.ReadAsync(TestContext.Current.CancellationToken));
        Assert.Equal((0, 0, 11), (status.CachedBytes, status.LagRecords, status.End.Offset));
        AssertExact();
    }

    [Fact]
    public async Task Delivery_StalledSymbol_BlocksTheCommitButNotTheOthers()
    {
        var release = _effects.Stalled["slow"] = new TaskCompletionSource();
        await using var cluster = await StreamCluster.StartAsync(_log, _effects);

        var first = (await cluster.AppendAsync(("a", 1), ("slow", 1), ("a", 1)))[1];
        for (var i = 0; i < 20; i++) await cluster.AppendAsync(("a", 5));
        await _effects.WhenAsync(e => e.CountOf("a") == 102, "the others");
        Assert.True(await _log.CommittedAsync(StreamCluster.Topic, 0, CancellationToken.None) <= first);

        _effects.Stalled.Clear();
        release.SetResult();
        await cluster.DrainedAsync();
        AssertExact();
    }

    [Fact]
    public async Task Delivery_StalledSymbol_FillsTheCacheOnlyToItsBound()
    {
        var release = _effects.Stalled["slow"] = new TaskCompletionSource();
        await using var cluster = await StreamCluster.StartAsync(_log, _effects, options =>
        {
            options.MaxCacheBytes = 16 << 10;
            options.MaxReadBytes = 4 << 10;
        });

        // The cache grows only by reads: what it held before each of them bounds it.
        var most = 0L;
        var full = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        async ValueTask LookAsync()
        {
            most = Math.Max(most, Assert.Single(await cluster.Status.ReadAsync(CancellationToken.None)).CachedBytes);
            if (most >= 8 << 10) full.TrySetResult();
        }

        _log.Reading = LookAsync;
        await cluster.AppendAsync(("slow", 1));
        for (var i = 0; i < 200; i++) await cluster.AppendAsync(("slow", 10), ("a", 10));
        await full.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        _effects.Stalled.Clear();
        release.SetResult();
        await cluster.DrainedAsync();
        Assert.Equal((2001, 2000), (_effects.CountOf("slow"), _effects.CountOf("a")));
        Assert.InRange(most, 8 << 10, (16 << 10) - 1);
        AssertExact();
    }

    [Fact]
    public async Task Commit_WhileALongPollWaits_ComesAtOnce()
    {
        await using var cluster = await StreamCluster.StartAsync(_log, _effects, options => options.LongPoll = TimeSpan.FromSeconds(30));

        await cluster.AppendAsync(("a", 1));

        await cluster.DrainedAsync();
        AssertExact();
    }

    [Theory]
    [InlineData(nameof(RewindWay.NewActivation))]
    [InlineData(nameof(RewindWay.FreshHandle))]
    public async Task Rewind_GrainBehindItsStream_GetsEverythingAfterItsPosition(string way)
    {
        _effects.RewindWay = Enum.Parse<RewindWay>(way);
        await using var cluster = await StartWithBlockedCommitAsync();
        var positions = new List<LogPosition>();
        for (var i = 0; i < 10; i++)
        {
            positions.AddRange(await cluster.AppendAsync(("a", 3)));
            await _effects.WhenAsync(e => e.CountOf("a") == (i + 1) * 3, "one batch at a time");
        }

        // In the middle of the fourth batch, as if the rest of the batches had passed the grain by.
        _effects.SetBack("a", positions[3].Plus(1), 11);
        await cluster.Grains.GetGrain<IApplyGrain>("a").SetBack(positions[3].Plus(1).Version);
        await cluster.AppendAsync(("a", 3));
        await _effects.WhenAsync(e => e.CountOf("a") == 33, "the rewind");

        Assert.Equal(1, _effects.Rewinds);
        AssertExact();
    }

    [Fact]
    public async Task Rewind_ByTheHandleOfTheActivation_IsRefusedByOrleans()
    {
        _effects.RewindWay = RewindWay.KeptHandle;
        await using var cluster = await StartWithBlockedCommitAsync();
        var first = (await cluster.AppendAsync(("a", 1)))[0];
        await _effects.WhenAsync(e => e.CountOf("a") == 1, "first record");
        await cluster.AppendAsync(("a", 1));
        await _effects.WhenAsync(e => e.CountOf("a") == 2, "second record");

        _effects.SetBack("a", first, 1);
        await cluster.Grains.GetGrain<IApplyGrain>("a").SetBack(first.Version);
        await cluster.AppendAsync(("a", 1));
        await _effects.WhenAsync(e => e.Rewinds >= 4, "refusals");

        Assert.Equal(1, _effects.CountOf("a"));
    }

    [Fact]
    public async Task Rewind_NewActivationBehindItsStream_GetsEverythingAfterItsPosition()
    {
        await using var cluster = await StartWithBlockedCommitAsync();
        var positions = new List<LogPosition>();
        for (var i = 0; i < 5; i++)
        {
            positions.AddRange(await cluster.AppendAsync(("a", 2)));
            await _effects.WhenAsync(e => e.CountOf("a") == (i + 1) * 2, "one batch at a time");
        }

        _effects.SetBack("a", positions[1], 3);
        await cluster.Grains.GetGrain<IApplyGrain>("a").Deactivate();
        await cluster.AppendAsync(("a", 1));
        await _effects.WhenAsync(e => e.CountOf("a") == 11, "the rewind");

        Assert.Equal(0, _effects.Rewinds);
        AssertExact();
    }

    [Fact]
    public async Task Rewind_BelowWhatWasPurged_IsRefusedAgainAndAgainAndNeverSkipped()
    {
        await using var cluster = await StreamCluster.StartAsync(_log, _effects);
        var first = (await cluster.AppendAsync(("a", 2)))[0];
        await _effects.WhenAsync(e => e.CountOf("a") == 2, "first batch");
        await cluster.AppendAsync(("a", 2));
        await cluster.DrainedAsync();

        _effects.SetBack("a", first.Plus(1), 2);
        await cluster.Grains.GetGrain<IApplyGrain>("a").SetBack(first.Plus(1).Version);
        await cluster.AppendAsync(("a", 2));
        await _effects.WhenAsync(e => e.Rewinds >= 5, "refusals");

        Assert.Equal(2, _effects.CountOf("a"));
        AssertExact();
    }

    [Fact]
    public async Task Restart_SiloStoppedInTheMiddle_GoesOnWhereItWas()
    {
        _effects.Faults = new FaultPlan(1) { Slow = 0.5 };
        await using (var first = await StreamCluster.StartAsync(_log, _effects))
        {
            for (var i = 0; i < 50; i++) await first.AppendAsync(("a", 2), ("b", 1));
            await _effects.WhenAsync(e => e.CountOf("a") > 2, "some of it");
        }

        await using var second = await StreamCluster.StartAsync(_log, _effects);
        await _effects.WhenAsync(e => e.CountOf("a") == 100 && e.CountOf("b") == 50, "the rest");
        await second.DrainedAsync();
        AssertExact();
    }

    [Fact]
    public async Task CommitHighest_AsAMistake_IsSeenAndLosesRecords()
    {
        _effects.Stalled["slow"] = new TaskCompletionSource();
        var next = new Dictionary<string, long>();
        await using (var cluster = await StreamCluster.StartAsync(_log, _effects, options => options.Fault = LogStreamFault.CommitHighest))
        {
            await StreamCluster.AppendAsync(_log, next, ("slow", 1));
            await StreamCluster.AppendAsync(_log, next, ("a", 5));
            await cluster.DrainedAsync();
            Assert.NotEmpty(_log.Violations);
            await cluster.Cluster.KillSiloAsync(cluster.Cluster.Silos[0]);
        }

        _effects.Stalled.Clear();
        await using var again = await StreamCluster.StartAsync(_log, _effects);
        await StreamCluster.AppendAsync(_log, next, ("slow", 1));
        await _effects.WhenAsync(e => e.Errors.Count > 0, "the loss");
        Assert.Contains(_effects.Errors, error => error.StartsWith("slow: record 1 applied where 0 was due", StringComparison.Ordinal));
    }

    [Fact]
    public async Task CursorOneTooFar_AsAMistake_IsSeenAsAHoleThatNeverHeals()
    {
        await using var cluster = await StartWithBlockedCommitAsync(options => options.Fault = LogStreamFault.CursorOneTooFar);
        var positions = new List<LogPosition>();
        for (var i = 0; i < 5; i++)
        {
            positions.AddRange(await cluster.AppendAsync(("a", 2)));
            await _effects.WhenAsync(e => e.CountOf("a") == (i + 1) * 2, "one batch at a time");
        }

        _effects.SetBack("a", positions[1], 3);
        await cluster.Grains.GetGrain<IApplyGrain>("a").Deactivate();
        await cluster.AppendAsync(("a", 1));
        await _effects.WhenAsync(e => e.Rewinds >= 3, "the hole");

        Assert.Equal(3, _effects.CountOf("a"));
        Assert.Empty(_log.Violations);
    }

    // A stalled key keeps everything behind its record in the cache. Stopping waits for calls under way, so the stall ends with the cluster.
    private async Task<StreamCluster> StartWithBlockedCommitAsync(Action<LogStreamOptions>? configure = null)
    {
        var stall = _effects.Stalled["slow"] = new TaskCompletionSource();
        var cluster = await StreamCluster.StartAsync(_log, _effects, configure);
        cluster.Stopping = stall.SetResult;
        await cluster.AppendAsync(("slow", 1));
        return cluster;
    }

    private void AssertExact()
    {
        Assert.Empty(_effects.Errors);
        Assert.Empty(_log.Violations);
    }
}
