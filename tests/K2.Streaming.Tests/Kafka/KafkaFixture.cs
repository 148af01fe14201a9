using System.Buffers.Binary;
using Confluent.Kafka;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;
using K2.Simulator.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Kafka;

/// <summary>A mock cluster with the topics of one test, and logs on it.</summary>
internal sealed class KafkaFixture : IDisposable
{
    public const string Trades = "trades";
    public const string Raw = "raw";
    public const string Epochs = "k2.log.epochs";

    public KafkaFixture(int brokers = 1)
    {
        Cluster = new MockKafkaCluster(brokers);
        Cluster.CreateTopic(Trades, 4);
        Cluster.CreateTopic(Raw, 1);
        Cluster.CreateTopic(Epochs, 1);
    }

    public static IReadOnlyList<LogTopic> TwoTopics { get; } = [new(Trades, 4), new(Raw, 1)];

    public MockKafkaCluster Cluster { get; }

    public KafkaLogOptions Options(IReadOnlyList<LogTopic>? topics = null, IRecordMapper? mapper = null) => new()
    {
        BootstrapServers = Cluster.Bootstraps,
        Topics = topics ?? TwoTopics,
        Mappers = (topics ?? TwoTopics).ToDictionary(topic => topic.Name, _ => mapper ?? WordMapper.Instance),
        TopicStep = KafkaTopicStep.None,
        FetchWait = TimeSpan.FromMilliseconds(10),
        Linger = TimeSpan.FromMilliseconds(1),
    };

    public Task<KafkaLog> OpenAsync(
        KafkaLogOptions? options = null, IReadOnlyDictionary<(string Topic, int Partition), LogPosition>? highestSeen = null, TimeProvider? time = null, ILogger<KafkaLog>? logger = null) =>
        KafkaLog.OpenAsync(
            options ?? Options(), highestSeen ?? new Dictionary<(string, int), LogPosition>(), time ?? TimeProvider.System, logger ?? NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance,
            TestContext.Current.CancellationToken);

    /// <summary>Returns an append to the topic of one partition, whose records are consecutive numbers.</summary>
    public static LogAppend Numbers(string key, long first, int count = 1, string topic = Raw)
    {
        var payload = new byte[count * WordMapper.Size];
        for (var i = 0; i < count; i++) BinaryPrimitives.WriteInt64LittleEndian(payload.AsSpan(i * WordMapper.Size), first + i);
        return new LogAppend(topic, key, count, payload);
    }

    /// <summary>Returns the numbers of an entry.</summary>
    public static IEnumerable<long> NumbersOf(LogEntry entry) => entry.Payload.Chunk(WordMapper.Size).Select(word => BinaryPrimitives.ReadInt64LittleEndian(word));

    public static async Task<List<LogEntry>> ReadAllAsync(ILog log, LogPosition from = default, string topic = Raw, int partition = 0)
    {
        await using var reader = log.OpenReader(topic, partition, from);
        var all = new List<LogEntry>();
        while (await reader.ReadAsync(64 << 10, TimeSpan.Zero, TestContext.Current.CancellationToken) is { Count: > 0 } entries) all.AddRange(entries);
        return all;
    }

    /// <summary>A producer of another program.</summary>
    public IProducer<string, byte[]> OtherProducer() => new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = Cluster.Bootstraps, LingerMs = 0 }).Build();

    /// <summary>A message as the log writes it, the first one of a run of several if a count is given.</summary>
    public static Message<string, byte[]> Message(string key, long number, int count = 0)
    {
        var message = new Message<string, byte[]> { Key = key, Value = new byte[WordMapper.Size], Headers = [] };
        BinaryPrimitives.WriteInt64LittleEndian(message.Value, number);
        if (count == 0) return message;

        var value = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(value, count);
        message.Headers.Add(RunHeader.Name, value);
        return message;
    }

    public void Dispose() => Cluster.Dispose();
}
