namespace K2.Simulator.Kafka;

/// <summary>Kinds of requests, by their API key in Kafka's protocol.</summary>
public enum MockKafkaRequest : short
{
    /// <summary>Writes messages.</summary>
    Produce = 0,

    /// <summary>Reads messages.</summary>
    Fetch = 1,

    /// <summary>Asks for the first and last offset.</summary>
    ListOffsets = 2,

    /// <summary>Asks for brokers, topics and leaders.</summary>
    Metadata = 3,

    /// <summary>Writes a group's offsets.</summary>
    OffsetCommit = 8,

    /// <summary>Reads a group's offsets.</summary>
    OffsetFetch = 9,

    /// <summary>Asks which broker keeps a group's offsets.</summary>
    FindCoordinator = 10,

    /// <summary>Begins the session of an idempotent producer.</summary>
    InitProducerId = 22,
}
