using Confluent.Kafka;
using Confluent.Kafka.Admin;
using K2.Abstractions;

namespace K2.Streaming.Kafka;

/// <summary>
/// Asks the brokers about offsets and groups, and moves the group's offsets; what fails for a passing reason is asked again until the request
/// time-out. Thread-safe; no thread waits for an answer.
/// </summary>
internal sealed class KafkaAdmin(KafkaClients clients, IAdminClient client, KafkaLogOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);

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
            throw new StartupException($"Kafka at {options.BootstrapServers} does not answer: {clients.LastProblem ?? unanswered.Error.Reason} ({unanswered.Error.Code})", unanswered);
        }
    }

    /// <summary>Returns the offset that the next record of each partition will get.</summary>
    public Task<long[]> EndsAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => OffsetsAsync(partitions, OffsetSpec.Latest(), cancellationToken);

    /// <summary>Returns the lowest offset that each partition still has.</summary>
    public Task<long[]> EarliestAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => OffsetsAsync(partitions, OffsetSpec.Earliest(), cancellationToken);

    /// <summary>Returns the committed offset of each partition, −1 where there is none.</summary>
    public Task<long[]> CommittedAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => AskAsync(
        "the committed positions cannot be read",
        async () =>
        {
            var asked = new ConsumerGroupTopicPartitions(options.GroupId, [.. partitions]);
            var groups = await client.ListConsumerGroupOffsetsAsync([asked], new ListConsumerGroupOffsetsOptions { RequestTimeout = options.RequestTimeout });
            var offsets = groups[0].Partitions.ToDictionary(one => one.TopicPartition);
            return partitions.Select(partition => Math.Max(-1, Checked(offsets[partition]).Offset.Value)).ToArray();
        },
        cancellationToken);

    /// <summary>Sets the committed offsets of partitions.</summary>
    public Task CommitAsync(IEnumerable<TopicPartitionOffset> offsets, CancellationToken cancellationToken) => AskAsync(
        "positions cannot be committed",
        async () =>
        {
            var asked = new ConsumerGroupTopicPartitionOffsets(options.GroupId, [.. offsets]);
            var groups = await client.AlterConsumerGroupOffsetsAsync([asked], new AlterConsumerGroupOffsetsOptions { RequestTimeout = options.RequestTimeout });
            return groups[0].Partitions.All(one => !Checked(one).Error.IsError);
        },
        cancellationToken);

    private static TopicPartitionOffsetError Checked(TopicPartitionOffsetError one) => one.Error.IsError ? throw new KafkaException(one.Error) : one;

    private Task<long[]> OffsetsAsync(IReadOnlyList<TopicPartition> partitions, OffsetSpec spec, CancellationToken cancellationToken) => AskAsync(
        "offsets cannot be read",
        async () =>
        {
            var asked = partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = spec });
            var answer = await client.ListOffsetsAsync(asked, new ListOffsetsOptions { RequestTimeout = options.RequestTimeout });
            var offsets = answer.ResultInfos.ToDictionary(one => one.TopicPartitionOffsetError.TopicPartition, one => Checked(one.TopicPartitionOffsetError).Offset.Value);

            // The client answers so, and without an error, when the connection breaks at the wrong moment.
            if (offsets.Values.Any(offset => offset < 0)) throw new KafkaException(Confluent.Kafka.ErrorCode.Local_Transport);
            return partitions.Select(partition => offsets[partition]).ToArray();
        },
        cancellationToken);

    private async Task<T> AskAsync<T>(string what, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var pause = MinPause; ; pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
        {
            try
            {
                return await ask().WaitAsync(cancellationToken);
            }
            catch (KafkaException refused)
            {
                var error = FirstErrorOf(refused);
                var mayPass = KafkaErrors.IsTransient(error) || error.Code == Confluent.Kafka.ErrorCode.UnknownTopicOrPart; // One just created is not known everywhere.
                if (!mayPass || time.GetElapsedTime(started) + pause > options.RequestTimeout) throw KafkaErrors.Exception(what, error, refused);
            }

            await Task.Delay(pause, time, cancellationToken);
            await Task.Run(RefreshLeaders, CancellationToken.None).WaitAsync(cancellationToken);
        }
    }

    // The client may answer from what it remembers of the leaders, time after time.
    private void RefreshLeaders()
    {
        try
        {
            client.GetMetadata(MaxPause);
        }
        catch (KafkaException)
        {
            // The question itself says what is wrong.
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
