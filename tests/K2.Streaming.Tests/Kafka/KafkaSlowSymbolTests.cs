using K2.Abstractions.Log;
using K2.Streaming.Tests.Provider;

namespace K2.Streaming.Tests.Kafka;

/// <summary>The same over a log in Kafka whose partitions share one connection. The slow one's messages are more than the reader's buffer takes.</summary>
public sealed class KafkaSlowSymbolTests : SlowSymbolTests
{
    private readonly KafkaFixture _kafka = new();

    public KafkaSlowSymbolTests() => _kafka.Cluster.CreateTopic(StreamCluster.Topic, Partitions);

    protected override async Task<ILog> OpenAsync(string folder) => await _kafka.OpenAsync(_kafka.Options([new LogTopic(StreamCluster.Topic, Partitions)]) with { ReadAheadBytes = 64 << 10 });

    protected override void Dispose(bool disposing)
    {
        if (disposing) _kafka.Dispose();
        base.Dispose(disposing);
    }
}
