namespace K2.Streaming.Kafka;

/// <summary>
/// How long Kafka keeps the records of a topic. Kafka does not look at what is committed: it must be longer than the longest time for which
/// the platform, or what stands behind it, may be down.
/// </summary>
/// <param name="Age"><c>retention.ms</c>; null keeps records of any age.</param>
/// <param name="Bytes"><c>retention.bytes</c>, for each partition; null keeps any number.</param>
public sealed record KafkaRetention(TimeSpan? Age, long? Bytes)
{
    /// <summary>Keeps everything.</summary>
    public static KafkaRetention Unlimited { get; } = new(null, null);

    /// <summary>The value of <c>retention.ms</c>.</summary>
    internal long Milliseconds => Age is { } age ? (long)age.TotalMilliseconds : -1;

    /// <summary>The value of <c>retention.bytes</c>.</summary>
    internal long BytesOrUnlimited => Bytes ?? -1;
}
