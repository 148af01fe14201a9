using Confluent.Kafka;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Simulator.Kafka;

namespace K2.Cli.Rig;

/// <summary>The brokers of a rig: librdkafka's mock cluster in this process, so that no silo's death takes it along, or real ones.</summary>
internal sealed class RigKafka : IDisposable
{
    /// <summary>Brokers of the mock cluster.</summary>
    public const int Brokers = 3;

    /// <summary>Partitions of each exchange's trades.</summary>
    public const int Partitions = 8;

    private const string EpochTopic = "k2.log.epochs";
    private static readonly TimeSpan BrokerLimit = TimeSpan.FromSeconds(10);

    private RigKafka(string bootstraps, MockKafkaCluster? mock)
    {
        Bootstraps = bootstraps;
        Mock = mock;
    }

    /// <summary>Addresses for <c>bootstrap.servers</c>.</summary>
    public string Bootstraps { get; }

    /// <summary>The mock cluster; null where the brokers are real.</summary>
    public MockKafkaCluster? Mock { get; }

    /// <summary>What tells a silo where this log is.</summary>
    public IEnumerable<KeyValuePair<string, string>> SiloEnvironment =>
    [
        new("K2__Kafka__BootstrapServers", Bootstraps),
        new("K2__Kafka__Source", "simulated"),
        new("K2__Kafka__SchemaIds", "1,2"),

        // The mock creates no topics by request and answers an empty fetch only when the wait is over.
        .. Mock is null ? Array.Empty<KeyValuePair<string, string>>() : [new("K2__Kafka__TopicStep", "None"), new("K2__Kafka__FetchWait", "00:00:00.010")],
    ];

    /// <summary>Starts a mock cluster with all topics.</summary>
    public static RigKafka StartMock()
    {
        var cluster = new MockKafkaCluster(Brokers);
        try
        {
            foreach (var exchange in ExchangeNames.All)
            {
                cluster.CreateTopic(TopicNames.Trades(exchange), Partitions);
                cluster.CreateTopic(TopicNames.Raw(exchange), 1);
            }

            cluster.CreateTopic(TopicNames.DeadLetters, 1);
            cluster.CreateTopic(EpochTopic, 1);
            return new RigKafka(cluster.Bootstraps, cluster);
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    /// <summary>Takes real brokers, which must not hold an earlier platform's topics: its trades are in no ledger of this run.</summary>
    /// <exception cref="InvalidOperationException">They do not answer, or have such topics.</exception>
    public static RigKafka UseReal(string bootstraps)
    {
        try
        {
            using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstraps }).Build();
            var known = admin.GetMetadata(BrokerLimit).Topics.Select(topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
            var ours = ExchangeNames.All.SelectMany(exchange => (string[])[TopicNames.Trades(exchange), TopicNames.Raw(exchange)]).Append(TopicNames.DeadLetters).Append(EpochTopic);
            return ours.FirstOrDefault(known.Contains) is { } left
                ? throw new InvalidOperationException($"the broker at {bootstraps} has the topic {left} already: take one without topics of K2, or delete them")
                : new RigKafka(bootstraps, null);
        }
        catch (KafkaException away)
        {
            throw new InvalidOperationException($"no broker answers at {bootstraps} ({away.Error.Reason}): check K2_KAFKA_BOOTSTRAP", away);
        }
    }

    /// <summary>Breaks the connections of all brokers and refuses new ones.</summary>
    public void SetAllDown()
    {
        for (var broker = 1; broker <= Brokers; broker++) Mock!.SetDown(broker);
    }

    /// <summary>Lets all brokers answer again.</summary>
    public void SetAllUp()
    {
        for (var broker = 1; broker <= Brokers; broker++) Mock!.SetUp(broker);
    }

    public void Dispose() => Mock?.Dispose();
}
