namespace K2.TestKit.Kafka;

/// <summary>Kinds of requests, by their API key in Kafka's protocol.</summary>
public enum MockKafkaRequest : short
{
    Produce = 0,
    Fetch = 1,
    ListOffsets = 2,
    Metadata = 3,
    OffsetCommit = 8,
    OffsetFetch = 9,
    FindCoordinator = 10,
    InitProducerId = 22,
}
