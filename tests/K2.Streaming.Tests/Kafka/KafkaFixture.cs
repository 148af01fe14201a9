using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;
using K2.TestKit.Kafka;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Streaming.Tests.Kafka;

/// <summary>A mock cluster with the topics of one test, and logs on it.</summary>
internal sealed class KafkaFixture : IDisposable
{
    public const string Trades = "trades";
    public const string Raw = "raw";

    public KafkaFixture(int brokers = 1)
    {
        Cluster = new MockKafkaCluster(brokers);
        Cluster.CreateTopic(Trades, 4);
        Cluster.CreateTopic(Raw, 1);
        Cluster.CreateTopic("k2.log.epochs", 1);
    }

    public static IReadOnlyList<LogTopic> TwoTopics { get; } = [new(Trades, 4), new(Raw, 1)];

    public MockKafkaCluster Cluster { get; }

    public KafkaLogOptions Options(IReadOnlyList<LogTopic>? topics = null) => new()
    {
        BootstrapServers = Cluster.Bootstraps,
        Topics = topics ?? TwoTopics,
        Mappers = (topics ?? TwoTopics).ToDictionary(topic => topic.Name, IRecordMapper (_) => OpaqueMapper.Instance),
        TopicStep = KafkaTopicStep.None,
        FetchWait = TimeSpan.FromMilliseconds(10),
        Linger = TimeSpan.FromMilliseconds(1),
    };

    public Task<KafkaLog> OpenAsync(
        KafkaLogOptions? options = null, IReadOnlyDictionary<(string Topic, int Partition), LogPosition>? highestSeen = null, TimeProvider? time = null) =>
        KafkaLog.OpenAsync(
            options ?? Options(), highestSeen ?? new Dictionary<(string, int), LogPosition>(), time ?? TimeProvider.System, NullLogger<KafkaLog>.Instance, NoProtocolProbe.Instance,
            TestContext.Current.CancellationToken);

    public void Dispose() => Cluster.Dispose();
}
