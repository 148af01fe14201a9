using Confluent.Kafka;
using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using static K2.Streaming.Tests.Kafka.KafkaFixture;

namespace K2.Streaming.Tests.Kafka;

/// <summary>What the log in Kafka does beyond the suite: other programs at the topics, retention, epochs that several processes share.</summary>
public sealed class KafkaLogTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly KafkaFixture _kafka = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _kafka.Dispose();

    [Fact]
    public async Task Read_MoreThanTheReadAhead_PausesAndLosesNothing()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { ReadAheadBytes = 64 << 10 });
        for (var i = 0; i < 20; i++) await log.AppendAsync([.. Enumerable.Range(0, 10).Select(j => Numbers("a", (i * 1000) + (j * 100), 100))], Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);

        var numbers = new List<long>();
        while (numbers.Count < 20_000) numbers.AddRange((await reader.ReadAsync(1 << 20, Long, Token)).SelectMany(NumbersOf));

        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => (long)i), numbers);
        Assert.Equal(20_000, reader.Position.Offset);
    }

    [Fact]
    public async Task Read_EntryLargerThanTheReadAhead_ComesInParts()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { ReadAheadBytes = 64 << 10 });
        await log.AppendAsync([Numbers("a", 0, 1000)], Token);

        var entries = await ReadAllAsync(log);

        Assert.True(entries.Count > 1);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), entries.SelectMany(NumbersOf));
    }

    [Fact]
    public async Task OpenReader_SecondOfAPartition_GetsAHandleOfItsOwn()
    {
        await using var log = await _kafka.OpenAsync();
        await log.AppendAsync([Numbers("a", 0, 3), Numbers("a", 3, 2)], Token);
        await using var first = log.OpenReader(Raw, 0, LogPosition.None);
        await using var elsewhere = log.OpenReader(Trades, 0, LogPosition.None);
        Assert.Equal(1, log.FetchHandles);
        await using var second = log.OpenReader(Raw, 0, LogPosition.Create(1, 3));

        Assert.Equal(2, log.FetchHandles);
        Assert.Equal(5, (await first.ReadAsync(1024, Long, Token)).SelectMany(NumbersOf).Count());
        Assert.Equal([3, 4], (await second.ReadAsync(1024, Long, Token)).SelectMany(NumbersOf));
    }

    [Fact]
    public async Task OpenReader_AgainAfterDispose_ReadsFromItsOwnPosition()
    {
        await using var log = await _kafka.OpenAsync();
        await log.AppendAsync([Numbers("a", 0), Numbers("a", 1), Numbers("a", 2)], Token);
        for (var i = 2; i >= 0; i--)
        {
            await using var reader = log.OpenReader(Raw, 0, LogPosition.Create(1, i));
            Assert.Equal(Enumerable.Range(i, 3 - i).Select(number => (long)number), (await reader.ReadAsync(1024, Long, Token)).SelectMany(NumbersOf));
        }

        Assert.Equal(1, log.FetchHandles);
    }

    [Fact]
    public async Task CommitAsync_AnotherProcessHasCommittedMore_LeavesItThere()
    {
        await using var frozen = await _kafka.OpenAsync();
        await using var successor = await _kafka.OpenAsync();
        var first = (await frozen.AppendAsync([.. Enumerable.Range(0, 9).Select(i => Numbers("a", i))], Token))[0];
        await frozen.CommitAsync(Raw, 0, first.Plus(2), Token);
        await successor.CommitAsync(Raw, 0, first.Plus(9), Token);

        await frozen.CommitAsync(Raw, 0, first.Plus(5), Token);

        Assert.Equal(first.Plus(9), await successor.CommittedAsync(Raw, 0, Token));
    }

    [Fact]
    public async Task FetchLoop_StartOfAReaderThatIsGone_LeavesTheNextOneAlone()
    {
        await using (var log = await _kafka.OpenAsync()) await log.AppendAsync([Numbers("a", 0), Numbers("a", 1)], Token);
        var options = _kafka.Options();
        await using var loop = new FetchLoop(new KafkaClients(options, NullLogger.Instance).Fetcher(), 0, NullLogger.Instance);
        var gone = new PartitionBuffer(new TopicPartition(Raw, 0), options.ReadAheadBytes);
        var next = new PartitionBuffer(new TopicPartition(Raw, 0), options.ReadAheadBytes);

        loop.Stop(gone);
        loop.Start(next, 0);
        loop.Start(gone, 1); // It was looking for its offset when it was closed.
        var offsets = new List<long>();
        var drained = new List<FetchedMessage>();
        while (offsets.Count < 2)
        {
            var changed = next.Changed;
            Assert.Equal((null, false), next.Drain(ref drained));
            offsets.AddRange(drained.Select(message => message.Offset));
            drained.Clear();
            if (offsets.Count < 2) await changed.WaitAsync(Token);
        }

        Assert.Equal([0, 1], offsets);
        gone.Drain(ref drained);
        Assert.Empty(drained);
    }

    [Fact]
    public async Task OpenReader_OtherOneWasClosedWhilePaused_Reads()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { ReadAheadBytes = 64 << 10 });
        await log.AppendAsync([.. Enumerable.Range(0, 1000).Select(i => Numbers("a", i))], Token);
        for (var round = 0; round < 3; round++)
        {
            // The first bytes come when much more than the bound was fetched: the partition is paused.
            await using var reader = log.OpenReader(Raw, 0, LogPosition.Create(1, round));
            Assert.Equal(round, (await reader.ReadAsync(1, Long, Token)).SelectMany(NumbersOf).First());
        }

        Assert.Equal(1, log.FetchHandles);
    }

    [Fact]
    public async Task Read_AnotherProducerInterruptsARun_SplitsIt()
    {
        await using var log = await _kafka.OpenAsync();
        using var other = _kafka.OtherProducer();
        Message<string, byte[]>[] messages = [Message("a", 0, count: 3), Message("b", 100), Message("a", 1), Message("a", 2), Message("a", 3)];
        foreach (var message in messages) await other.ProduceAsync(new TopicPartition(Raw, 0), message, Token);
        await log.EndAsync(Raw, 0, Token);

        var entries = await ReadAllAsync(log);

        Assert.Equal([(0, "a", 1), (1, "b", 1), (2, "a", 2), (4, "a", 1)], entries.Select(entry => (entry.First.Offset, entry.Key, entry.RecordCount)));
        Assert.Equal([0, 100, 1, 2, 3], entries.SelectMany(NumbersOf));
    }

    [Fact]
    public async Task Read_ProducerDiedInARun_ReturnsItsBeginning()
    {
        await using var log = await _kafka.OpenAsync();
        using var other = _kafka.OtherProducer();
        foreach (var message in new[] { Message("a", 0, count: 5), Message("a", 1) }) await other.ProduceAsync(new TopicPartition(Raw, 0), message, Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);

        Assert.Equal(2, (await log.EndAsync(Raw, 0, Token)).Offset);
        Assert.Equal([0, 1], NumbersOf(Assert.Single(await reader.ReadAsync(1024, TimeSpan.Zero, Token))));
        await log.AppendAsync([Numbers("b", 7)], Token);
        Assert.Equal([7], NumbersOf(Assert.Single(await reader.ReadAsync(1024, Long, Token))));
    }

    [Fact]
    public async Task Read_MessagesThatAreNoRecords_ArePassedOnAsDamagedAndTheOthersAreRead()
    {
        await using var log = await _kafka.OpenAsync();
        await log.AppendAsync([Numbers("a", 0)], Token);
        using (var other = _kafka.OtherProducer()) await other.ProduceAsync(new TopicPartition(Raw, 0), new Message<string, byte[]> { Key = "x", Value = new byte[3] }, Token);
        await log.AppendAsync([Numbers("a", 1)], Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);

        var entries = await reader.ReadAsync(1024, Long, Token);
        Assert.Equal([("a", 0), ("(damaged) raw/0", 1), ("a", 2)], entries.Select(entry => (entry.Key, entry.First.Offset)));
        var damage = Assert.Throws<CorruptRecordException>(() => DamagedRecord.ThrowIf(entries[1].Payload));
        Assert.Equal("raw/0 at offset 1, key 'x': a message of 3 bytes for x", damage.Message);
        Assert.Equal(new byte[3], DamagedRecord.OriginalOf(entries[1].Payload).ToArray());
        Assert.Equal(3, reader.Position.Offset);
    }

    [Fact]
    public async Task Read_DamagedHeaderOfAMessageWithoutValue_IsPassedOnWithTheHeadersBytes()
    {
        await using var log = await _kafka.OpenAsync();
        using (var other = _kafka.OtherProducer()) await other.ProduceAsync(new TopicPartition(Raw, 0), new Message<string, byte[]> { Key = "x", Value = null!, Headers = new Headers { { "k2.control", [1, 2, 3] } } }, Token);

        var entry = Assert.Single(await ReadAllAsync(log));

        Assert.Equal([1, 2, 3], DamagedRecord.OriginalOf(entry.Payload).ToArray());
    }

    [Fact]
    public async Task Read_MessagesOfOthersWithoutKeyOrInAWrongPartition_AreDamagedAndNotOfTheirKey()
    {
        await using var log = await _kafka.OpenAsync();
        var (right, wrong) = (log.PartitionOf(Trades, "a"), (log.PartitionOf(Trades, "a") + 1) % 4);
        var longKey = Enumerable.Range(500, 50).Select(length => new string('k', length)).First(key => log.PartitionOf(Trades, key) != wrong);
        using var other = _kafka.OtherProducer();
        Message<string, byte[]>[] messages = [Message("a", 7, count: 2), Message("a", 8), Message(null!, 9), Message(longKey, 10)];
        foreach (var message in messages) await other.ProduceAsync(new TopicPartition(Trades, wrong), message, Token);
        await other.ProduceAsync(new TopicPartition(Trades, right), Message("a", 1), Token);
        foreach (var partition in new[] { right, wrong }) await log.EndAsync(Trades, partition, Token);

        var misplaced = await ReadAllAsync(log, topic: Trades, partition: wrong);

        Assert.All(misplaced, entry => Assert.Equal(DamagedRecord.KeyOf(Trades, wrong), entry.Key));
        Assert.Equal([7, 8, 9, 10], misplaced.Select(entry => BitConverter.ToInt64(DamagedRecord.OriginalOf(entry.Payload).Span)));
        var reasons = misplaced.ConvertAll(entry => DamagedRecord.ReasonOf(entry.Payload)!);
        Assert.Equal($"trades/{wrong} at offset 0, key 'a': the key belongs into partition {right}", reasons[0]);
        Assert.Equal($"trades/{wrong} at offset 2: the message has no key", reasons[2]);
        Assert.InRange(reasons[3].Length, 100, 200);
        Assert.Equal("a", Assert.Single(await ReadAllAsync(log, topic: Trades, partition: right)).Key);
    }

    [Fact]
    public async Task Read_MessagesOfOthersLargerThanAllBounds_ArePassedOnAndTheOthersAreRead()
    {
        const int Size = 3 << 20;
        await using var log = await _kafka.OpenAsync(_kafka.Options() with { ReadAheadBytes = 64 << 10 });
        await log.AppendAsync([Numbers("a", 0)], Token);
        using (var other = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = _kafka.Cluster.Bootstraps, MessageMaxBytes = Size * 2 }).Build())
            await other.ProduceAsync(new TopicPartition(Raw, 0), new Message<string, byte[]> { Key = "x", Value = new byte[Size] }, Token);
        await log.AppendAsync([Numbers("a", 1)], Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);

        var entries = new List<LogEntry>();
        while (entries.Count < 3) entries.AddRange(await reader.ReadAsync(1024, Long, Token));

        Assert.Equal(Size, DamagedRecord.OriginalOf(entries[1].Payload).Length);
        Assert.Equal([0L, 1], NumbersOf(entries[0]).Concat(NumbersOf(entries[2])));
    }

    [Fact]
    public async Task Read_MapperHasToWaitForSomebody_StandsStillAndGoesOnLater()
    {
        var mapper = new WaitingMapper();
        await using var log = await _kafka.OpenAsync(_kafka.Options(mapper: mapper));
        await log.AppendAsync([Numbers("a", 0), Numbers("b", 1), Numbers("a", 2)], Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);

        Assert.Equal("a", Assert.Single(await reader.ReadAsync(1024, Long, Token)).Key);
        for (var i = 0; i < 2; i++) Assert.True((await Assert.ThrowsAsync<K2Exception>(async () => await reader.ReadAsync(1024, Long, Token))).IsTransient);
        Assert.Equal(1, reader.Position.Offset);
        mapper.IsThere = true;

        Assert.Equal([1L, 2], (await reader.ReadAsync(1024, Long, Token)).SelectMany(NumbersOf));
    }

    [Fact]
    public async Task Append_PayloadTheMapperRefusesOrTooLarge_AppendsNothing()
    {
        await using var log = await _kafka.OpenAsync(_kafka.Options(mapper: OpaqueMapper.Instance) with { MaxMessageBytes = 1000 });
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync([Numbers("a", 0), Numbers("a", 1, 200)], Token));

        Assert.Equal(0, (await log.EndAsync(Raw, 0, Token)).Offset);
    }

    [Fact]
    public async Task Read_RetentionTookTheStart_StartsAtTheEarliest()
    {
        await using var log = await _kafka.OpenAsync();
        for (var i = 0; i < 6; i++) await log.AppendAsync([Numbers("a", i)], Token);
        _kafka.Cluster.DeleteRecords(Raw, 0, 4);

        Assert.Equal(4, (await log.EarliestAsync(Raw, 0, Token)).Offset);
        Assert.Equal([4, 5], (await ReadAllAsync(log)).SelectMany(NumbersOf));
        Assert.Equal([4, 5], (await ReadAllAsync(log, LogPosition.Create(1, 2))).SelectMany(NumbersOf));
    }

    [Fact]
    public async Task Reopen_TopicWasMadeAnew_RaisesTheEpoch()
    {
        LogPosition last;
        await using (var log = await _kafka.OpenAsync()) last = (await log.AppendAsync([Numbers("a", 0, 10)], Token))[0].Plus(9);
        _kafka.Cluster.DeleteTopic(Raw);
        _kafka.Cluster.CreateTopic(Raw, 1);

        await using var again = await _kafka.OpenAsync(highestSeen: new Dictionary<(string, int), LogPosition> { [(Raw, 0)] = last });
        var first = (await again.AppendAsync([Numbers("a", 10, 20)], Token))[0];

        Assert.Equal(LogPosition.Create(2, 0), first);
        Assert.Equal(20, (await ReadAllAsync(again, last)).Sum(entry => entry.RecordCount));
    }

    [Fact]
    public async Task Reopen_CommittedIsBehindTheEnd_RaisesTheEpochAndSetsItBack()
    {
        LogPosition first;
        await using (var log = await _kafka.OpenAsync()) first = (await log.AppendAsync([Numbers("a", 0, 3)], Token))[0];
        using (var group = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig { BootstrapServers = _kafka.Cluster.Bootstraps, GroupId = "k2" }).Build())
            group.Commit([new TopicPartitionOffset(Raw, 0, 10)]);

        await using (var again = await _kafka.OpenAsync())
        {
            Assert.Equal(LogPosition.Create(2, 3), await again.CommittedAsync(Raw, 0, Token));
            Assert.Equal(LogPosition.Create(2, 3), (await again.AppendAsync([Numbers("a", 3, 20)], Token))[0]);
            Assert.Equal(first, (await ReadAllAsync(again))[0].First);
        }

        await using var third = await _kafka.OpenAsync();
        Assert.Equal(LogPosition.Create(2, 3), await third.CommittedAsync(Raw, 0, Token));
    }

    [Fact]
    public async Task AppendAndRead_TopicWasMadeAnewMeanwhile_FailForGood()
    {
        await using var log = await _kafka.OpenAsync();
        await log.AppendAsync([Numbers("a", 0, 5)], Token);
        await using var reader = log.OpenReader(Raw, 0, LogPosition.None);
        Assert.Single(await reader.ReadAsync(1024, Long, Token));
        _kafka.Cluster.DeleteTopic(Raw);
        _kafka.Cluster.CreateTopic(Raw, 1);

        for (var i = 0; i < 2; i++)
        {
            var notAppended = await Assert.ThrowsAsync<K2Exception>(() => log.AppendAsync([Numbers("a", 5)], Token));
            Assert.Contains("raw/0: Kafka gave out offsets for the second time", notAppended.Message, StringComparison.Ordinal);
            Assert.False(notAppended.IsTransient);
        }

        var notRead = await Assert.ThrowsAsync<K2Exception>(async () => await reader.ReadAsync(1024, Long, Token));
        Assert.Contains("raw/0 ends at 2 and was read to 5: Kafka has lost records", notRead.Message, StringComparison.Ordinal);
        Assert.False(notRead.IsTransient);
    }

    [Fact]
    public async Task Reopen_RecordedPartitionsDiffer_IsRefused()
    {
        await (await _kafka.OpenAsync()).DisposeAsync();
        _kafka.Cluster.DeleteTopic(Trades);
        _kafka.Cluster.CreateTopic(Trades, 6);

        var refused = await Assert.ThrowsAsync<StartupException>(() => _kafka.OpenAsync(_kafka.Options([new LogTopic(Trades, 6), new LogTopic(Raw, 1)])));

        Assert.Contains("trades is recorded with 4 partitions and configured with 6", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_SeveralProcesses_AgreeOnEpochsAndFollowEachOther()
    {
        var seen = new Dictionary<(string, int), LogPosition> { [(Raw, 0)] = LogPosition.Create(4, 50) };
        var logs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _kafka.OpenAsync(highestSeen: seen)));

        foreach (var log in logs) Assert.Equal(LogPosition.Create(5, 0), await log.EndAsync(Raw, 0, Token));
        var first = (await logs[0].AppendAsync([Numbers("a", 0, 3)], Token))[0];

        // A fourth process knows of positions that nobody else does: the others follow it into the next epoch.
        var epochs = logs[0].EpochChanged;
        await using var fourth = await _kafka.OpenAsync(highestSeen: new Dictionary<(string, int), LogPosition> { [(Raw, 0)] = first.Plus(100) });
        await epochs.WaitAsync(Token);
        var next = (await logs[0].AppendAsync([Numbers("a", 3)], Token))[0];

        Assert.Equal((first, LogPosition.Create(6, 3)), (LogPosition.Create(5, 0), next));
        Assert.Equal([first, next], (await ReadAllAsync(fourth)).Select(entry => entry.First));
        Assert.Equal([next], (await ReadAllAsync(fourth, first.Plus(50))).Select(entry => entry.First));
        foreach (var log in logs) await log.DisposeAsync();
    }

    [Fact]
    public async Task Commit_AnotherProcessWasFurther_NeverGoesBack()
    {
        await using var log = await _kafka.OpenAsync();
        await using var other = await _kafka.OpenAsync();
        var first = (await log.AppendAsync([Numbers("a", 0, 10)], Token))[0];

        await other.CommitAsync(Raw, 0, first.Plus(8), Token);
        await log.CommitAsync(Raw, 0, first.Plus(3), Token);

        Assert.Equal(first.Plus(8), await log.CommittedAsync(Raw, 0, Token));
        Assert.Equal(first.Plus(8), await other.CommittedAsync(Raw, 0, Token));
    }

    [Fact]
    public async Task Commit_ManyPartitionsAtOnce_AllAreCommitted()
    {
        await using var log = await _kafka.OpenAsync();
        var positions = await log.AppendAsync([.. Enumerable.Range(0, 40).Select(i => Numbers($"key-{i}", i, 1, Trades))], Token);
        var ends = positions.Select((position, i) => (Partition: log.PartitionOf(Trades, $"key-{i}"), Next: position.Plus(1))).ToList();

        await Task.WhenAll(ends.Select(end => log.CommitAsync(Trades, end.Partition, end.Next, Token).AsTask()));

        foreach (var group in ends.GroupBy(end => end.Partition))
            Assert.Equal(group.Max(end => end.Next.Offset), (await log.CommittedAsync(Trades, group.Key, Token)).Offset);
    }

    [Fact]
    public async Task OpenReader_EpochThatDoesNotExist_Throws()
    {
        await using var log = await _kafka.OpenAsync();

        Assert.Throws<ArgumentOutOfRangeException>(() => log.OpenReader(Raw, 0, LogPosition.Create(2, 0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => log.OpenReader(Raw, 1, LogPosition.None));
        Assert.Throws<ArgumentException>(() => log.OpenReader("other", 0, LogPosition.None));
    }

    /// <summary>Cannot read the key b until what it needs is there, as a mapper whose schema registry does not answer.</summary>
    private sealed class WaitingMapper : IRecordMapper
    {
        public bool IsThere { get; set; }

        public void Split(in LogAppend append, ICollection<RecordMessage> messages) => WordMapper.Instance.Split(append, messages);

        public byte[] Join(string key, IReadOnlyList<RecordMessage> messages) => key != "b" || IsThere ? WordMapper.Instance.Join(key, messages) : throw new K2Exception("the registry is away", true);
    }
}
