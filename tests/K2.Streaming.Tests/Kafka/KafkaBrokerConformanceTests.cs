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
            var numbers = (await ReadAllAsync(first, first.PartitionOf(Trades, key))).Where(entry => entry.Key == key && entry.Payload.Length > 0).Select(entry => int.Parse(System.Text.Encoding.UTF8.GetString(entry.Payload), System.Globalization.CultureInfo.InvariantCulture)).ToList();
            Assert.Equal(numbers.Order(), numbers);
            Assert.Equal(100, numbers.Count);
        }
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
