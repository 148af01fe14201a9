using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>Decides whether a topic begins a new epoch when the log is opened.</summary>
internal static class EpochPlan
{
    /// <summary>Returns the record that begins an epoch, or null if the topic goes on in its latest one.</summary>
    /// <param name="topic">The topic as configured and as it is in Kafka.</param>
    /// <param name="epochs">What the control topic says.</param>
    /// <param name="seen">The highest position of each partition that is durable downstream.</param>
    /// <param name="ends">Kafka's end of each partition.</param>
    /// <param name="committed">Kafka's committed offset of each partition, −1 for none.</param>
    /// <exception cref="StartupException">The topic had another number of partitions.</exception>
    public static EpochRecord? For(LogTopic topic, TopicEpochs epochs, IReadOnlyDictionary<int, LogPosition> seen, IReadOnlyList<long> ends, IReadOnlyList<long> committed)
    {
        if (epochs.Latest > 0) CheckPartitions(topic, epochs);
        var highest = seen.Count == 0 ? 0 : seen.Values.Max(position => position.Epoch);

        // Nothing is known of what the topic holds, so all of it counts as new: what was done already is dropped downstream by its identity.
        if (epochs.Latest == 0) return new EpochRecord(topic.Name, highest + 1, topic.Partitions, new long[topic.Partitions]);

        var isBehind = seen.Any(pair => pair.Key >= topic.Partitions || pair.Value >= epochs.PositionOf(pair.Key, ends[pair.Key]))
            || committed.Zip(ends).Any(pair => pair.First > pair.Second);
        return isBehind ? new EpochRecord(topic.Name, Math.Max(highest, epochs.Latest) + 1, topic.Partitions, [.. ends]) : null;
    }

    /// <summary>Refuses another number of partitions than the one recorded.</summary>
    /// <exception cref="StartupException">The topic had another number of partitions.</exception>
    public static void CheckPartitions(LogTopic topic, TopicEpochs epochs)
    {
        if (epochs.Partitions == topic.Partitions) return;
        throw new StartupException(
            $"topic {topic.Name} is recorded with {epochs.Partitions} partitions and configured with {topic.Partitions}: its keys would change their places and lose their order. "
            + "Give it its recorded number again, or use a new name");
    }
}
