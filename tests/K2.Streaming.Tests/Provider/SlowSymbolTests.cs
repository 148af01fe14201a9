using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using K2.Streaming.Provider;
using K2.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Provider;

/// <summary>
/// One symbol whose flush takes long: what its neighbours in the partition see of it, and that nobody else sees anything. Two symbols are in the
/// slow one's partition, two in others.
/// </summary>
public class SlowSymbolTests : IDisposable
{
    protected const int Partitions = 3;
    private const int CacheBytes = 32 << 10;
    private const int ReadBytes = 4 << 10;
    private const string Slow = "slow";
    private readonly TemporaryFolder _folder = new();
    private readonly Effects _effects = new();
    private readonly Dictionary<string, long> _next = new(StringComparer.Ordinal);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Delivery_SymbolHeldInItsFlush_HoldsItsPartitionAtTheBoundAndNothingElse()
    {
        await using var log = new WatchedLog(await OpenAsync(_folder.Path), _effects);
        var (near, far) = Neighbours(log);
        var slowPartition = log.PartitionOf(StreamCluster.Topic, Slow);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _effects.Flushing = key => key == Slow ? gate.Task : Task.CompletedTask;
        var read = new ReadSoFar(slowPartition);
        log.Read = read.Add;

        // All of it is there before anybody reads: how far the reads come depends on the bound alone.
        await StreamCluster.AppendAsync(log, _next, (Slow, 1));
        for (var i = 0; i < 300; i++) await StreamCluster.AppendAsync(log, _next, [(Slow, 2), .. near.Select(key => (key, 5)), .. far.Select(key => (key, 5))]);
        await using var cluster = await StreamCluster.StartAsync(log, _effects, options =>
        {
            options.MaxCacheBytes = CacheBytes;
            options.MaxReadBytes = ReadBytes;
        });
        cluster.Stopping = () => gate.TrySetResult();

        await _effects.WhenAsync(e => far.All(key => e.CountOf(key) == 1500), "other partitions, to their ends");
        await _effects.WhenAsync(e => read.Bytes >= CacheBytes && near.All(key => e.CountOf(key) == read.Of(key)), "the slow symbol's partition, to the bound");
        var (reads, atBound) = (read.Reads, near.ConvertAll(_effects.CountOf));

        // The agents go round side by side: had the slow symbol's one more to read, it would do so while the others do all this.
        for (var i = 0; i < 30; i++)
        {
            await StreamCluster.AppendAsync(log, _next, [.. far.Select(key => (key, 1))]);
            await _effects.WhenAsync(e => far.All(key => e.CountOf(key) == 1501 + i), "further records of other partitions");
        }

        Assert.Equal(reads, read.Reads);
        Assert.Equal(atBound, near.ConvertAll(_effects.CountOf));
        Assert.All(atBound, count => Assert.InRange(count, 1, 1499));
        Assert.Equal(0, _effects.CountOf(Slow));
        Assert.InRange(read.Bytes, CacheBytes, CacheBytes + read.Largest - 1);
        Assert.Equal(read.Bytes, (await cluster.Status.ReadAsync(TestContext.Current.CancellationToken))[slowPartition].CachedBytes);
        Assert.True(await log.CommittedAsync(StreamCluster.Topic, slowPartition, TestContext.Current.CancellationToken) <= read.First);

        gate.SetResult();
        await cluster.DrainedAsync();
        await AssertExactAsync(log, cluster);
    }

    [Fact]
    public async Task Delivery_EveryFlushTakesTenSeconds_NeighboursWaitForNoneOfThemBelowTheBound()
    {
        await using var log = new WatchedLog(await OpenAsync(_folder.Path), _effects);
        var (near, far) = Neighbours(log);
        var slowPartition = log.PartitionOf(StreamCluster.Topic, Slow);
        var clock = new ArmedTimeProvider();
        var flush = TimeSpan.FromSeconds(10);
        var flushes = 0;
        _effects.Flushing = key =>
        {
            if (key != Slow) return Task.CompletedTask;
            Interlocked.Increment(ref flushes);
            return Task.Delay(flush, clock);
        };
        var most = 0L;
        await using var cluster = await StreamCluster.StartAsync(log, _effects);

        // A minute of the clock, a second a round. It stands still until everybody else has everything: they wait for no part of it.
        var begun = clock.WhenArmed(due => due == flush);
        for (var second = 0; second < 60; second++)
        {
            await StreamCluster.AppendAsync(log, _next, [(Slow, 10), .. near.Select(key => (key, 10)), .. far.Select(key => (key, 10))]);
            await _effects.WhenAsync(e => near.Concat(far).All(key => e.CountOf(key) == (second + 1) * 10), $"everybody else in second {second}");
            most = Math.Max(most, (await cluster.Status.ReadAsync(TestContext.Current.CancellationToken))[slowPartition].CachedBytes);
            if (second % 10 == 0) await begun;
            if (second % 10 == 9) begun = clock.WhenArmed(due => due == flush);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await begun;
        clock.Advance(flush);
        await cluster.DrainedAsync();

        // What waits is joined: one flush for each ten seconds, whatever came in them. Two flushes' worth is the most that is kept.
        Assert.Equal(7, flushes);
        Assert.InRange(most, 1, 21 * 3 * (80 + 96));
        await AssertExactAsync(log, cluster);
    }

    /// <summary>Opens the test's log.</summary>
    protected virtual async Task<ILog> OpenAsync(string folder) => await EmbeddedLog.OpenAsync(
        new EmbeddedLogOptions { Folder = folder, Topics = [new LogTopic(StreamCluster.Topic, Partitions)], TailBytes = 0 },
        new Dictionary<(string, int), LogPosition>(), TimeProvider.System, NullLogger<EmbeddedLog>.Instance, NoProtocolProbe.Instance, CancellationToken.None);

    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _folder.Dispose();
    }

    private static (List<string> Near, List<string> Far) Neighbours(WatchedLog log)
    {
        var partition = log.PartitionOf(StreamCluster.Topic, Slow);
        var keys = Enumerable.Range(0, 100).Select(i => string.Create(CultureInfo.InvariantCulture, $"key-{i}")).ToLookup(key => log.PartitionOf(StreamCluster.Topic, key));
        return (keys[partition].Take(2).ToList(), keys.Where(group => group.Key != partition).Select(group => group.First()).ToList());
    }

    private async Task AssertExactAsync(WatchedLog log, StreamCluster cluster)
    {
        Assert.Equal(_next.OrderBy(pair => pair.Key), _next.Keys.Order().Select(key => KeyValuePair.Create(key, _effects.CountOf(key))));
        Assert.Empty(_effects.Errors);
        Assert.Empty(log.Violations);
        Assert.All(await cluster.Status.ReadAsync(TestContext.Current.CancellationToken), partition => Assert.Equal(0, partition.CachedBytes));
    }

    /// <summary>What has been read of one partition.</summary>
    private sealed class ReadSoFar(int partition)
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, long> _records = new(StringComparer.Ordinal);
        private long _bytes;

        public int Reads { get; private set; }

        /// <summary>The bytes, as the cache counts them.</summary>
        public long Bytes => Interlocked.Read(ref _bytes);

        /// <summary>The most bytes of one read.</summary>
        public long Largest { get; private set; }

        public LogPosition First { get; private set; }

        public void Add(int from, IReadOnlyList<LogEntry> entries)
        {
            if (from != partition) return;
            lock (_gate)
            {
                if (Reads++ == 0) First = entries[0].First;
                foreach (var entry in entries) _records[entry.Key] = _records.GetValueOrDefault(entry.Key) + entry.RecordCount;
                var bytes = entries.Sum(entry => (long)entry.Payload.Length + LogBatchContainer.EntryOverhead);
                Largest = Math.Max(Largest, bytes);
                Interlocked.Add(ref _bytes, bytes);
            }
        }

        public long Of(string key)
        {
            lock (_gate) return _records.GetValueOrDefault(key);
        }
    }
}
