using Confluent.Kafka;
using K2.Abstractions;
using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>What opening finds in Kafka and makes of it: topics, epochs, committed positions.</summary>
internal sealed class KafkaLogOpener(IAdminClient client, IProducer<byte[], byte[]> producer, KafkaAdmin admin, EpochJournal journal, KafkaLogOptions options, TimeProvider time)
{
    private static readonly TimeSpan TopicPause = TimeSpan.FromMilliseconds(200);
    private readonly List<(string Topic, int From, int To)> _changes = [];
    private readonly List<(TopicPartition Partition, long Committed, long End)> _setBack = [];

    /// <summary>Epochs that were begun.</summary>
    public IReadOnlyList<(string Topic, int From, int To)> Changes => _changes;

    /// <summary>Committed offsets that were behind the end.</summary>
    public IReadOnlyList<(TopicPartition Partition, long Committed, long End)> SetBack => _setBack;

    /// <summary>Returns the topics, ready for use, and the offset of the control topic from which on to follow it.</summary>
    /// <exception cref="StartupException">Kafka does not answer, or is not as configured.</exception>
    public async Task<(Dictionary<string, TopicState> Topics, long Next)> RunAsync(
        IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen, CancellationToken cancellationToken)
    {
        await CheckTopicsAsync(cancellationToken);
        var (epochs, next) = await journal.ReadAsync(time, cancellationToken);

        // In this order: others append and commit meanwhile, and a committed offset that is read later may rightly lie above the end.
        var committed = await PerTopicAsync(admin.CommittedAsync, cancellationToken);
        var ends = await PerTopicAsync(admin.EndsAsync, cancellationToken);

        var records = new List<EpochRecord>();
        foreach (var topic in options.Topics)
        {
            var known = epochs.GetValueOrDefault(topic.Name, TopicEpochs.Empty);
            var seen = highestSeen.Where(pair => pair.Key.Topic == topic.Name).ToDictionary(pair => pair.Key.Partition, pair => pair.Value);
            if (EpochPlan.For(topic, known, seen, ends[topic.Name], committed[topic.Name]) is not { } record) continue;
            records.Add(record);
            _changes.Add((topic.Name, known.Latest, record.Epoch));
        }

        if (records.Count > 0)
        {
            await journal.WriteAsync(producer, records, cancellationToken);
            (epochs, next) = await journal.ReadAsync(time, cancellationToken);
            foreach (var topic in options.Topics) EpochPlan.CheckPartitions(topic, epochs[topic.Name]);
        }

        await SetBackAsync(ends, committed, cancellationToken);
        var topics = options.Topics.ToDictionary(topic => topic.Name, topic => new TopicState(topic, options.Mappers[topic.Name], epochs[topic.Name]), StringComparer.Ordinal);
        foreach (var (name, offsets) in ends)
        {
            for (var partition = 0; partition < offsets.Length; partition++) topics[name].Partitions[partition].ReachedEnd(offsets[partition]);
        }

        return (topics, next);
    }

    private async Task CheckTopicsAsync(CancellationToken cancellationToken)
    {
        var wanted = KafkaTopics.Wanted(options).ToDictionary(pair => pair.Key, pair => pair.Value.Partitions);
        var existing = await admin.TopicsAsync(cancellationToken);
        if (options.TopicStep != KafkaTopicStep.None) await new KafkaTopics(client, options).EnsureAsync(existing, cancellationToken);

        // A topic that was just created becomes known to the brokers one by one.
        var started = time.GetTimestamp();
        while (options.TopicStep == KafkaTopicStep.Create && !wanted.Keys.All(existing.ContainsKey) && time.GetElapsedTime(started) < options.RequestTimeout)
        {
            await Task.Delay(TopicPause, time, cancellationToken);
            existing = await admin.TopicsAsync(cancellationToken);
        }

        KafkaTopics.Refuse(KafkaTopics.PartitionDifferences(wanted, existing));
    }

    private async Task<Dictionary<string, long[]>> PerTopicAsync(Func<IReadOnlyList<TopicPartition>, CancellationToken, Task<long[]>> ask, CancellationToken cancellationToken)
    {
        var partitions = options.Topics.SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(partition => new TopicPartition(topic.Name, partition))).ToList();
        var offsets = await ask(partitions, cancellationToken);
        return partitions.Zip(offsets).GroupBy(pair => pair.First.Topic, pair => pair.Second).ToDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal);
    }

    // Left where they are, they would count again as soon as the partition has grown past them, and hide records that nobody has read.
    private async Task SetBackAsync(Dictionary<string, long[]> ends, Dictionary<string, long[]> committed, CancellationToken cancellationToken)
    {
        foreach (var (name, offsets) in committed)
        {
            for (var partition = 0; partition < offsets.Length; partition++)
            {
                if (offsets[partition] > ends[name][partition]) _setBack.Add((new TopicPartition(name, partition), offsets[partition], ends[name][partition]));
            }
        }

        if (_setBack.Count > 0) await admin.CommitAsync(_setBack.Select(one => new TopicPartitionOffset(one.Partition, one.End)), cancellationToken);
    }
}
