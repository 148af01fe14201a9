namespace K2.Streaming.Kafka;

/// <summary>What a topic must be, or is, in Kafka.</summary>
/// <param name="Partitions">Their number.</param>
/// <param name="RetentionMs"><c>retention.ms</c>; −1 for ever.</param>
/// <param name="RetentionBytes"><c>retention.bytes</c> of a partition; −1 for any number.</param>
/// <param name="CleanupPolicy"><c>cleanup.policy</c>: only <c>delete</c> keeps every record that is young enough.</param>
internal sealed record TopicSettings(int Partitions, long RetentionMs, long RetentionBytes, string CleanupPolicy)
{
    /// <summary>The policy that keeps all records until they are too old or too many.</summary>
    public const string Delete = "delete";
}
