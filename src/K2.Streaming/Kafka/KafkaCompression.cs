namespace K2.Streaming.Kafka;

/// <summary>How the producer compresses what it sends.</summary>
public enum KafkaCompression
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>LZ4: the least work.</summary>
    Lz4 = 1,

    /// <summary>Zstandard: the least bytes.</summary>
    Zstandard = 2,
}
