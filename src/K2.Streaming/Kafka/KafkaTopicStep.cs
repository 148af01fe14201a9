namespace K2.Streaming.Kafka;

/// <summary>What opening the log does about its topics. Whatever is chosen, a missing topic or another number of partitions is refused.</summary>
public enum KafkaTopicStep
{
    /// <summary>Neither creates topics nor looks at their settings.</summary>
    None = 0,

    /// <summary>Compares the settings of the topics and refuses to open when they differ.</summary>
    Verify = 1,

    /// <summary>Creates the topics that are missing, then as <see cref="Verify"/>. An existing topic is never altered.</summary>
    Create = 2,
}
