using K2.Abstractions.Log;
using K2.Streaming.Tests.Provider;

namespace K2.Streaming.Tests.Kafka;

/// <summary>The same faults over a log in Kafka.</summary>
public sealed class KafkaStreamChaosTests : LogStreamChaosTests, IDisposable
{
    private readonly KafkaFixture _kafka = new();

    public KafkaStreamChaosTests() => _kafka.Cluster.CreateTopic(StreamCluster.Topic, 2);

    public void Dispose() => _kafka.Dispose();

    protected override async Task<ILog> OpenAsync(string folder) => await _kafka.OpenAsync(_kafka.Options([new LogTopic(StreamCluster.Topic, 2)]));
}
