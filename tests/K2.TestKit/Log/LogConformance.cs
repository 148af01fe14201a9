using System.Globalization;
using System.Text;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace K2.TestKit.Log;

/// <summary>What every log promises. An implementation opens the log; the store behind it lasts for one test.</summary>
public abstract class LogConformance
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    /// <summary>A topic of four partitions. A store that outlives the test gives it a name of its own.</summary>
    protected virtual string Trades => "trades";

    /// <summary>A topic of one partition.</summary>
    protected virtual string Raw => "raw";

    protected IReadOnlyList<LogTopic> TwoTopics => [new(Trades, 4), new(Raw, 1)];

    protected FakeTimeProvider Time { get; } = new();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Whether the log moves what is not committed when a topic gets another number of partitions; else it must refuse to open.</summary>
    protected virtual bool MovesKeys => true;

    /// <summary>Whether a reader that starts in the middle of an entry gets the whole of it; else the rest, from the position on.</summary>
    protected virtual bool KeepsEntriesWhole => true;

    /// <summary>Opens the test's log, also again after it was disposed.</summary>
    protected abstract Task<ILog> OpenAsync(IReadOnlyList<LogTopic> topics, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen);

    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public async Task PartitionOf_KnownKey_IsWhatKafkaSays(string key, int murmur2)
    {
        await using var log = await OpenAsync();

        Assert.Equal(murmur2, StablePartitioner.Hash(Encoding.UTF8.GetBytes(key)));
        Assert.Equal((murmur2 & int.MaxValue) % 4, log.PartitionOf(Trades, key));
    }

    [Fact]
    public async Task AppendAsync_SeveralBatches_TakeContiguousPositions()
    {
        await using var log = await OpenAsync();

        var positions = await log.AppendAsync([Batch("a", 3), Batch("a", 1), Batch("a", 5)], Token);
        var more = await log.AppendAsync([Batch("a", 2)], Token);

        Assert.Equal([0, 3, 4, 9], positions.Concat(more).Select(position => position.Offset));
        Assert.All(positions, position => Assert.True(position.Epoch >= 1));
        Assert.Equal(more[0].Plus(2), await log.EndAsync(Trades, log.PartitionOf(Trades, "a"), Token));
    }

    [Fact]
    public async Task AppendAsync_ManyPartitions_EachCountsForItself()
    {
        await using var log = await OpenAsync();
        var keys = Enumerable.Range(0, 40).Select(i => $"key-{i}").ToList();

        var positions = await log.AppendAsync([.. keys.Select(key => Batch(key, 2))], Token);

        foreach (var group in keys.Zip(positions).GroupBy(pair => log.PartitionOf(Trades, pair.First)))
            Assert.Equal(Enumerable.Range(0, group.Count()).Select(i => i * 2L), group.Select(pair => pair.Second.Offset));
    }

    [Fact]
    public async Task AppendAsync_OverlappingCallsOfOneKey_KeepTheirOrder()
    {
        await using var log = await OpenAsync();

        var appends = Enumerable.Range(0, 200).Select(i => log.AppendAsync([Batch("a", 1, Number(i))], Token)).ToList();
        var positions = (await Task.WhenAll(appends)).Select(result => result[0].Offset);

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (long)i), positions);
        var entries = await ReadAllAsync(log, log.PartitionOf(Trades, "a"));
        Assert.Equal(Enumerable.Range(0, 200), entries.Select(entry => int.Parse(Encoding.UTF8.GetString(entry.Payload), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task AppendAsync_ConcurrentWriters_NothingIsLostDoubledOrOutOfOrder()
    {
        await using var log = await OpenAsync();
        const int Writers = 8, Calls = 50;

        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < Calls; i++) await log.AppendAsync([Batch($"w{writer}", 1, Number(i)), Batch($"v{writer}", 2, Number(i))], Token);
        })));

        var all = new List<LogEntry>();
        for (var p = 0; p < 4; p++)
        {
            var entries = await ReadAllAsync(log, p);
            AssertContiguous(entries);
            all.AddRange(entries);
        }

        Assert.Equal(Writers * 2, all.GroupBy(entry => entry.Key).Count());
        foreach (var group in all.GroupBy(entry => entry.Key))
            Assert.Equal(Enumerable.Range(0, Calls), group.Select(entry => int.Parse(Encoding.UTF8.GetString(entry.Payload), CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task AppendAsync_CallerUsesItsBytesAgain_StoredBytesStay()
    {
        await using var log = await OpenAsync();
        var bytes = Encoding.UTF8.GetBytes("first");

        await log.AppendAsync([new LogAppend(Trades, "a", 1, bytes)], Token);
        bytes.AsSpan().Clear();

        Assert.Equal("first", Encoding.UTF8.GetString((await ReadAllAsync(log, log.PartitionOf(Trades, "a")))[0].Payload));
    }

    [Fact]
    public async Task AppendAsync_AlreadyCancelled_AppendsNothing()
    {
        await using var log = await OpenAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => log.AppendAsync([Batch("a", 1)], cancelled.Token));

        Assert.Equal(0, (await log.EndAsync(Trades, log.PartitionOf(Trades, "a"), Token)).Offset);
    }

    [Fact]
    public async Task AppendAsync_UnknownTopicOrNoRecord_Throws()
    {
        await using var log = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync([new LogAppend("other", "a", 1, new byte[1])], Token));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.AppendAsync([new LogAppend(Trades, "a", 0, new byte[1])], Token));
    }

    [Fact]
    public async Task ReadAsync_AtTheEnd_WaitsForAnAppend()
    {
        await using var log = await OpenAsync();
        await using var reader = log.OpenReader(Trades, log.PartitionOf(Trades, "a"), LogPosition.None);

        var read = reader.ReadAsync(1024, Long, Token).AsTask();
        Assert.False(read.IsCompleted);
        await log.AppendAsync([Batch("a", 1)], Token);

        Assert.Single(await read);
        Assert.Equal(1, reader.Position.Offset);
    }

    [Fact]
    public async Task ReadAsync_AppendToAnotherPartition_WaitsOn()
    {
        await using var log = await OpenAsync();
        var other = Enumerable.Range(0, 100).Select(i => $"b{i}").First(key => log.PartitionOf(Trades, key) != log.PartitionOf(Trades, "a"));
        await using var reader = log.OpenReader(Trades, log.PartitionOf(Trades, "a"), LogPosition.None);

        var read = reader.ReadAsync(1024, Long, Token).AsTask();
        await log.AppendAsync([Batch(other, 1)], Token);
        await log.AppendAsync([new LogAppend(Raw, "a", 1, new byte[4])], Token);
        Assert.False(read.IsCompleted);
        await log.AppendAsync([Batch("a", 7)], Token);

        Assert.Equal(7, Assert.Single(await read).RecordCount);
    }

    [Fact]
    public async Task ReadAsync_WaitRunsOut_ReturnsNothingAndStays()
    {
        await using var log = await OpenAsync();
        await using var reader = log.OpenReader(Trades, 0, LogPosition.None);

        var read = reader.ReadAsync(1024, Long, Token).AsTask();
        Time.Advance(Long);

        Assert.Empty(await read);
        Assert.Empty(await reader.ReadAsync(1024, TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task ReadAsync_Cancelled_ThrowsAndTheReaderGoesOn()
    {
        await using var log = await OpenAsync();
        await using var reader = log.OpenReader(Trades, log.PartitionOf(Trades, "a"), LogPosition.None);
        using var cancel = new CancellationTokenSource();

        var read = reader.ReadAsync(1024, Long, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        await log.AppendAsync([Batch("a", 1)], Token);

        Assert.Single(await reader.ReadAsync(1024, Long, Token));
    }

    [Fact]
    public async Task ReadAsync_ManyEntries_StopsBehindTheOneThatPassesTheBound()
    {
        await using var log = await OpenAsync();
        await log.AppendAsync([.. Enumerable.Range(0, 5).Select(_ => Batch("a", 1, new string('x', 100)))], Token);
        await using var reader = log.OpenReader(Trades, log.PartitionOf(Trades, "a"), LogPosition.None);

        Assert.Equal(2, (await reader.ReadAsync(101, Long, Token)).Count);
        Assert.Single(await reader.ReadAsync(1, Long, Token));
        Assert.Equal(2, (await reader.ReadAsync(10_000, Long, Token)).Count);
    }

    [Fact]
    public async Task OpenReader_AnyPosition_StartsWithTheEntryThatHoldsIt()
    {
        await using var log = await OpenAsync();
        var partition = log.PartitionOf(Trades, "a");
        var positions = await log.AppendAsync([Batch("a", 3), Batch("a", 4), Batch("a", 2)], Token);

        long[] firsts = [0, 0, 0, 3, 3, 3, 3, 7, 7];
        for (var offset = 0; offset < firsts.Length; offset++)
        {
            await using var reader = log.OpenReader(Trades, partition, positions[0].Plus(offset));
            var entry = (await reader.ReadAsync(1, TimeSpan.Zero, Token))[0];
            Assert.Equal(KeepsEntriesWhole ? firsts[offset] : offset, entry.First.Offset);
            Assert.InRange(offset, entry.First.Offset, entry.Last.Offset);
        }

        await using var end = log.OpenReader(Trades, partition, positions[2].Plus(2));
        Assert.Empty(await end.ReadAsync(1, TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task EarliestAsync_EmptyPartition_IsTheEnd()
    {
        await using var log = await OpenAsync();

        Assert.Equal(await log.EndAsync(Trades, 0, Token), await log.EarliestAsync(Trades, 0, Token));
    }

    [Fact]
    public async Task CommitAsync_LowerPosition_ChangesNothing()
    {
        await using var log = await OpenAsync();
        var partition = log.PartitionOf(Trades, "a");
        Assert.Equal(LogPosition.None, await log.CommittedAsync(Trades, partition, Token));
        var first = (await log.AppendAsync([Batch("a", 10)], Token))[0];

        await log.CommitAsync(Trades, partition, first.Plus(8), Token);
        await log.CommitAsync(Trades, partition, first.Plus(3), Token);

        Assert.Equal(first.Plus(8), await log.CommittedAsync(Trades, partition, Token));
        Assert.Equal(LogPosition.None, await log.CommittedAsync(Trades, (partition + 1) % 4, Token));
    }

    [Fact]
    public async Task CommitAsync_AboveTheEnd_Throws()
    {
        await using var log = await OpenAsync();
        var end = await log.EndAsync(Trades, 0, Token);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await log.CommitAsync(Trades, 0, end.Plus(1), Token));
    }

    [Fact]
    public async Task Reopen_AfterAppendsAndCommits_HoldsAll()
    {
        var partition = StablePartitioner.PartitionOf("a", 4);
        LogPosition first;
        await using (var log = await OpenAsync())
        {
            first = (await log.AppendAsync([Batch("a", 3, "one"), Batch("a", 2, "two")], Token))[0];
            await log.CommitAsync(Trades, partition, first.Plus(3), Token);
        }

        await using var again = await OpenAsync();
        Assert.Equal(first.Plus(3), await again.CommittedAsync(Trades, partition, Token));
        Assert.Equal(["one", "two"], (await ReadAllAsync(again, partition)).Select(entry => Encoding.UTF8.GetString(entry.Payload)));
        Assert.Equal(first.Plus(5), (await again.AppendAsync([Batch("a", 1)], Token))[0]);
    }

    [Fact]
    public async Task Reopen_HighestSeenIsInTheLog_KeepsTheEpoch()
    {
        var partition = StablePartitioner.PartitionOf("a", 4);
        LogPosition first;
        await using (var log = await OpenAsync()) first = (await log.AppendAsync([Batch("a", 3)], Token))[0];

        await using var again = await OpenAsync(TwoTopics, Seen(partition, first.Plus(2)));

        Assert.Equal(first.Plus(3), await again.EndAsync(Trades, partition, Token));
    }

    [Fact]
    public async Task Reopen_HighestSeenIsAboveTheEnd_RaisesTheEpoch()
    {
        var partition = StablePartitioner.PartitionOf("a", 4);
        LogPosition first;
        await using (var log = await OpenAsync()) first = (await log.AppendAsync([Batch("a", 3)], Token))[0];

        await using var again = await OpenAsync(TwoTopics, Seen(partition, first.Plus(3)));
        var next = (await again.AppendAsync([Batch("a", 1)], Token))[0];

        Assert.Equal(first.Epoch + 1, next.Epoch);
        var entries = await ReadAllAsync(again, partition);
        Assert.Equal([first, next], entries.Select(entry => entry.First));
    }

    [Fact]
    public async Task Open_NewLogButEpochKnownDownstream_StartsAboveIt()
    {
        await using var log = await OpenAsync(TwoTopics, Seen(1, LogPosition.Create(7, 123)));

        Assert.Equal(LogPosition.Create(8, 0), await log.EndAsync(Trades, 0, Token));
        Assert.Equal(LogPosition.Create(1, 0), await log.EndAsync(Raw, 0, Token));
    }

    [Fact]
    public async Task Reopen_OtherPartitionCount_RaisesTheEpochAndKeepsWhatIsNotCommitted()
    {
        Assert.SkipUnless(MovesKeys, "this log refuses another number of partitions");
        var keys = Enumerable.Range(0, 20).Select(i => $"key-{i}").ToList();
        int epoch;
        await using (var log = await OpenAsync())
        {
            var positions = await log.AppendAsync([.. keys.Select(key => Batch(key, 1, "old")), .. keys.Select(key => Batch(key, 2, "new"))], Token);
            epoch = positions[0].Epoch;
            foreach (var partition in keys.Select(key => log.PartitionOf(Trades, key)).Distinct())
            {
                var firstNew = positions.Skip(20).Where((_, i) => log.PartitionOf(Trades, keys[i]) == partition).Min(position => position.Version);
                await log.CommitAsync(Trades, partition, new LogPosition(firstNew), Token);
            }
        }

        await using var again = await OpenAsync([new LogTopic(Trades, 3), new LogTopic(Raw, 1)], Seen(0, LogPosition.None));
        var entries = new List<LogEntry>();
        for (var p = 0; p < 3; p++)
        {
            var part = await ReadAllAsync(again, p);
            Assert.All(part, entry => Assert.Equal(p, again.PartitionOf(Trades, entry.Key)));
            AssertContiguous(part);
            entries.AddRange(part);
        }

        Assert.All(entries, entry => Assert.Equal(epoch + 1, entry.First.Epoch));
        Assert.Equal(keys.Order(), entries.Select(entry => entry.Key).Order());
        Assert.All(entries, entry => Assert.Equal("new", Encoding.UTF8.GetString(entry.Payload)));
    }

    [Fact]
    public async Task DisposeAsync_WhileAReadWaits_EndsIt()
    {
        var log = await OpenAsync();
        await using var reader = log.OpenReader(Trades, 0, LogPosition.None);
        var read = reader.ReadAsync(1024, Long, Token).AsTask();

        await log.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await log.AppendAsync([Batch("a", 1)], Token));
    }

    protected Task<ILog> OpenAsync() => OpenAsync(TwoTopics, new Dictionary<(string, int), LogPosition>());

    protected Dictionary<(string Topic, int Partition), LogPosition> Seen(int partition, LogPosition position) => new() { [(Trades, partition)] = position };

    protected LogAppend Batch(string key, int records, string payload = "payload") => new(Trades, key, records, Encoding.UTF8.GetBytes(payload));

    protected async Task<List<LogEntry>> ReadAllAsync(ILog log, int partition)
    {
        await using var reader = log.OpenReader(Trades, partition, LogPosition.None);
        var all = new List<LogEntry>();
        while (await reader.ReadAsync(64 << 10, TimeSpan.Zero, Token) is { Count: > 0 } entries) all.AddRange(entries);
        return all;
    }

    protected static void AssertContiguous(IReadOnlyList<LogEntry> entries)
    {
        for (var i = 1; i < entries.Count; i++) Assert.Equal(entries[i - 1].Next, entries[i].First);
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
