namespace K2.Streaming.Kafka;

/// <summary>One record of the control topic: from which offsets on an epoch of a topic counts. Of several for the same epoch the first one counts.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Epoch">At least 1.</param>
/// <param name="Partitions">The topic's partitions; the same in all its records.</param>
/// <param name="Starts">The first offset of the epoch, for each partition.</param>
internal sealed record EpochRecord(string Topic, int Epoch, int Partitions, IReadOnlyList<long> Starts)
{
    /// <summary>Whether the record can be what this program wrote.</summary>
    public bool IsValid => Topic is { Length: > 0 } && Epoch is >= 1 and <= Domain.Log.LogPosition.MaxEpoch && Starts?.Count == Partitions && Starts.All(start => start >= 0);
}
