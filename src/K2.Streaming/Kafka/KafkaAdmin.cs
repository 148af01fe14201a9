using Confluent.Kafka;
using Confluent.Kafka.Admin;
using K2.Abstractions;

namespace K2.Streaming.Kafka;

/// <summary>Asks the brokers about offsets and groups, and moves the group's offsets. Thread-safe; no thread waits for an answer.</summary>
internal sealed class KafkaAdmin(IAdminClient client, KafkaLogOptions options) : IDisposable
{
    public void Dispose() => client.Dispose();

    /// <summary>Returns the partitions of each topic that Kafka has.</summary>
    /// <exception cref="StartupException">No broker answers, or they refuse this client.</exception>
    public async Task<IReadOnlyDictionary<string, int>> TopicsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var metadata = await Task.Run(() => client.GetMetadata(options.RequestTimeout), cancellationToken).WaitAsync(cancellationToken);
            return metadata.Topics.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        }
        catch (KafkaException unanswered)
        {
            throw new StartupException($"Kafka at {options.BootstrapServers} does not answer: {unanswered.Error.Reason} ({unanswered.Error.Code})", unanswered);
        }
    }

    /// <summary>Returns the offset that the next record of each partition will get.</summary>
    public Task<long[]> EndsAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => OffsetsAsync(partitions, OffsetSpec.Latest(), cancellationToken);

    /// <summary>Returns the lowest offset that each partition still has.</summary>
    public Task<long[]> EarliestAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => OffsetsAsync(partitions, OffsetSpec.Earliest(), cancellationToken);

    /// <summary>Returns the committed offset of each partition, −1 where there is none.</summary>
    public async Task<long[]> CommittedAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken)
    {
        var groups = await AskAsync(
            "the committed positions cannot be read",
            client.ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(options.GroupId, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = options.RequestTimeout }),
            cancellationToken);
        var offsets = groups[0].Partitions.ToDictionary(one => one.TopicPartition);
        return [.. partitions.Select(partition => offsets.TryGetValue(partition, out var one) && Checked(one).Offset.Value >= 0 ? one.Offset.Value : -1)];
    }

    /// <summary>Sets the committed offsets of partitions.</summary>
    public async Task CommitAsync(IEnumerable<TopicPartitionOffset> offsets, CancellationToken cancellationToken)
    {
        var groups = await AskAsync(
            "positions cannot be committed",
            client.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(options.GroupId, [.. offsets])], new AlterConsumerGroupOffsetsOptions { RequestTimeout = options.RequestTimeout }),
            cancellationToken);
        foreach (var one in groups[0].Partitions) Checked(one);
    }

    private static TopicPartitionOffsetError Checked(TopicPartitionOffsetError one) =>
        one.Error.IsError ? throw KafkaErrors.Exception($"{one.Topic}/{one.Partition.Value}", one.Error) : one;

    private async Task<long[]> OffsetsAsync(IReadOnlyList<TopicPartition> partitions, OffsetSpec spec, CancellationToken cancellationToken)
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec });
        var answer = await AskAsync("offsets cannot be read", client.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = options.RequestTimeout }), cancellationToken);
        var offsets = answer.ResultInfos.ToDictionary(one => one.TopicPartitionOffsetError.TopicPartition, one => Checked(one.TopicPartitionOffsetError).Offset.Value);
        return [.. partitions.Select(partition => offsets[partition])];
    }

    private static async Task<T> AskAsync<T>(string what, Task<T> question, CancellationToken cancellationToken)
    {
        try
        {
            return await question.WaitAsync(cancellationToken);
        }
        catch (KafkaException refused)
        {
            throw KafkaErrors.Exception(what, FirstErrorOf(refused), refused);
        }
    }

    // The errors of single partitions lie below a general one that says nothing.
    private static Error FirstErrorOf(KafkaException refused) => refused switch
    {
        ListOffsetsException listed => listed.Result.ResultInfos.Select(one => one.TopicPartitionOffsetError.Error).FirstOrDefault(error => error.IsError) ?? refused.Error,
        ListConsumerGroupOffsetsException read => read.Results.SelectMany(group => group.Partitions.Select(one => one.Error).Prepend(group.Error)).FirstOrDefault(error => error.IsError) ?? refused.Error,
        AlterConsumerGroupOffsetsException written => written.Results.SelectMany(group => group.Partitions.Select(one => one.Error).Prepend(group.Error)).FirstOrDefault(error => error.IsError) ?? refused.Error,
        _ => refused.Error,
    };
}
