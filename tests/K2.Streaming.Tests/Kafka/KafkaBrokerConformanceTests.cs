using System.Diagnostics;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;
using K2.TestKit.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Kafka;

/// <summary>
/// The log in Kafka on a real broker, whose address is in <c>K2_KAFKA_BOOTSTRAP</c>; skipped without it. Each test has topics and a group of its own, and deletes the topics.
/// </summary>
[Trait("Category", "Broker")]
public sealed class KafkaBrokerConformanceTests : LogConformance, IAsyncLifetime
{
    private static readonly string? Bootstrap = Environment.GetEnvironmentVariable("K2_KAFKA_BOOTSTRAP");
    private static readonly string? Restart = Environment.GetEnvironmentVariable("K2_KAFKA_RESTART");
    private readonly string _name = $"k2-test-{Guid.NewGuid():N}";

    protected override string Trades => _name + ".trades";

    protected override string Raw => _name + ".raw";

    protected override bool MovesKeys => false;

    protected override bool KeepsEntriesWhole => false;

    private string Epochs => _name + ".epochs";

    public ValueTask InitializeAsync()
    {
        Assert.SkipWhen(string.IsNullOrEmpty(Bootstrap), "K2_KAFKA_BOOTSTRAP is not set");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (string.IsNullOrEmpty(Bootstrap)) return;
        using var admin = Admin();
        try
        {
            await admin.DeleteTopicsAsync([Trades, Raw, Epochs]);
        }
        catch (DeleteTopicsException)
        {
            // A test that opened no log made no topic.
        }
    }

    [Fact]
    public async Task Open_MissingTopics_AreCreatedAsConfigured()
    {
        await using var log = await OpenAsync();
        using var admin = Admin();

        var settings = await admin.DescribeConfigsAsync([new ConfigResource { Type = ResourceType.Topic, Name = Trades }]);

        Assert.Equal("604800000", settings[0].Entries["retention.ms"].Value);
        Assert.Equal(4, admin.GetMetadata(Trades, TimeSpan.FromSeconds(10)).Topics[0].Partitions.Count);
    }

    [Fact]
    public async Task Open_OtherSettingsThanTheTopics_IsRefusedAndNothingIsAltered()
    {
        await (await OpenAsync()).DisposeAsync();

        var refused = await Assert.ThrowsAsync<StartupException>(() => OpenAsync(Options() with { Retention = new KafkaRetention(TimeSpan.FromDays(3), null) }));

        Assert.Contains(Trades, refused.Message, StringComparison.Ordinal);
        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Read_RetentionTookTheStart_StartsAtTheEarliest()
    {
        await using var log = await OpenAsync();
        var partition = log.PartitionOf(Trades, "a");
        await log.AppendAsync([.. Enumerable.Range(0, 10).Select(_ => Batch("a", 1))], Token);
        using (var admin = Admin()) await admin.DeleteRecordsAsync([new TopicPartitionOffset(Trades, partition, 4)]);

        var entries = await ReadAllAsync(log, partition);

        Assert.Equal(4, (await log.EarliestAsync(Trades, partition, Token)).Offset);
        Assert.Equal([4L, 5, 6, 7, 8, 9], entries.Select(entry => entry.First.Offset));
    }

    [Fact]
    public async Task Append_TwoProcesses_KeepEachOnesOrder()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? first : second).AppendAsync([Batch(i % 2 == 0 ? "a" : "b", 3, $"{i}")], Token)));

        foreach (var key in new[] { "a", "b" })
        {
            var numbers = (await ReadAllAsync(first, first.PartitionOf(Trades, key))).Where(entry => entry.Key == key && entry.Payload.Length > 0).Select(entry => int.Parse(Encoding.UTF8.GetString(entry.Payload), CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(numbers.Order(), numbers);
            Assert.Equal(100, numbers.Count);
        }
    }

    [Fact]
    public async Task Append_BrokerIsKilledAndComesBack_EachRecordStandsOnceInOrder()
    {
        // Answers to batches that the broker had taken are lost with it: only an idempotent producer does not write them again.
        Assert.SkipWhen(string.IsNullOrEmpty(Restart), "K2_KAFKA_RESTART is not set: the command that kills the broker and starts it again");
        const int Records = 3000;
        await using var log = await OpenAsync();
        var acknowledged = 0;
        var appends = Enumerable.Range(0, Records).Select(AppendOneAsync).ToList();
        for (var i = 0; i < 3 && acknowledged < Records; i++)
        {
            using var restart = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Restart]) { RedirectStandardOutput = true })!;
            await restart.WaitForExitAsync(Token);
            Assert.Equal(0, restart.ExitCode);
        }

        await Task.WhenAll(appends);

        await using var again = await OpenAsync();
        foreach (var key in new[] { "a", "b", "c" })
        {
            var numbers = (await ReadAllAsync(again, again.PartitionOf(Trades, key))).Where(entry => entry.Key == key).Select(entry => int.Parse(Encoding.UTF8.GetString(entry.Payload), CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(Enumerable.Range(0, Records).Where(i => Key(i) == key), numbers);
        }

        async Task AppendOneAsync(int i)
        {
            await log.AppendAsync([Batch(Key(i), 1, i.ToString(CultureInfo.InvariantCulture))], Token);
            Interlocked.Increment(ref acknowledged);
        }

        static string Key(int i) => ((string[])["a", "b", "c"])[i % 3];
    }

    [Fact]
    public async Task Commit_PartitionMovesToAnotherProcess_ItGoesOnThereAndNoOneSetsItBack()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var partition = first.PartitionOf(Trades, "a");
        var positions = await first.AppendAsync([.. Enumerable.Range(0, 10).Select(_ => Batch("a", 1))], Token);

        await first.CommitAsync(Trades, partition, positions[3].Plus(1), Token);
        var taken = await second.CommittedAsync(Trades, partition, Token);
        await second.CommitAsync(Trades, partition, positions[8].Plus(1), Token);
        await first.CommitAsync(Trades, partition, positions[5].Plus(1), Token);

        Assert.Equal(positions[3].Plus(1), taken);
        await using var third = await OpenAsync();
        Assert.Equal(positions[8].Plus(1), await third.CommittedAsync(Trades, partition, Token));
    }

    [Fact]
    public async Task Append_RecordsAreFoundByTheirTime()
    {
        await using var log = await OpenAsync();
        var partition = new TopicPartition(Trades, log.PartitionOf(Trades, "a"));
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = Bootstrap, GroupId = _name + ".times", EnableAutoCommit = false }).Build();
        var times = new List<Timestamp>();
        consumer.Assign(new TopicPartitionOffset(partition, 0));

        // Until two records have different times.
        while (times.Count < 2 || times[^1].UnixTimestampMs == times[0].UnixTimestampMs)
        {
            await log.AppendAsync([Batch("a", 1)], Token);
            var read = consumer.Consume(TimeSpan.FromSeconds(30));
            Assert.NotNull(read);
            times.Add(read.Message.Timestamp);
        }

        var found = consumer.OffsetsForTimes([new TopicPartitionTimestamp(partition, times[^1])], TimeSpan.FromSeconds(10));
        Assert.Equal(times.Count - 1, found[0].Offset.Value);
    }

    protected override async Task<ILog> OpenAsync(IReadOnlyList<LogTopic> topics, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen) =>
        await KafkaLog.OpenAsync(
            Options() with { Topics = topics, Mappers = topics.ToDictionary(topic => topic.Name, _ => (IRecordMapper)OpaqueMapper.Instance) }, highestSeen, Time, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance, Token);

    private static IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Bootstrap }).Build();

    private Task<KafkaLog> OpenAsync(KafkaLogOptions options) => KafkaLog.OpenAsync(options, new Dictionary<(string, int), LogPosition>(), Time, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance, Token);

    private KafkaLogOptions Options() => new()
    {
        BootstrapServers = Bootstrap!,
        Topics = TwoTopics,
        Mappers = TwoTopics.ToDictionary(topic => topic.Name, _ => (IRecordMapper)OpaqueMapper.Instance),
        GroupId = _name,
        EpochTopic = Epochs,
        FetchWait = TimeSpan.FromMilliseconds(10),
        Linger = TimeSpan.FromMilliseconds(1),
    };
}
