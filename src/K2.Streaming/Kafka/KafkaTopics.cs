using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using K2.Abstractions;

namespace K2.Streaming.Kafka;

/// <summary>Creates the log's topics where they are missing, and compares those that exist with the options. It alters none.</summary>
internal sealed class KafkaTopics(IAdminClient client, KafkaLogOptions options)
{
    private const string RetentionMs = "retention.ms";
    private const string RetentionBytes = "retention.bytes";
    private const string CleanupPolicy = "cleanup.policy";

    /// <summary>Returns what each topic of the log must be; the control topic is never trimmed.</summary>
    public static IReadOnlyDictionary<string, TopicSettings> Wanted(KafkaLogOptions options)
    {
        var wanted = options.Topics.ToDictionary(topic => topic.Name, topic => Settings(topic.Partitions, options.RetentionOf(topic.Name)), StringComparer.Ordinal);
        wanted.Add(options.EpochTopic, Settings(1, KafkaRetention.Unlimited));
        return wanted;
    }

    /// <summary>Returns one line for each difference; none if the topics are as wanted.</summary>
    public static IReadOnlyList<string> Differences(IReadOnlyDictionary<string, TopicSettings> wanted, IReadOnlyDictionary<string, TopicSettings> actual)
    {
        var differences = new List<string>();
        foreach (var (name, want) in wanted)
        {
            var missing = PartitionDifferences(new Dictionary<string, int> { [name] = want.Partitions }, actual.ToDictionary(pair => pair.Key, pair => pair.Value.Partitions));
            differences.AddRange(missing);
            if (!actual.TryGetValue(name, out var have)) continue;

            if (have.RetentionMs != want.RetentionMs) differences.Add(Line(name, RetentionMs, have.RetentionMs, want.RetentionMs));
            if (have.RetentionBytes != want.RetentionBytes) differences.Add(Line(name, RetentionBytes, have.RetentionBytes, want.RetentionBytes));
            if (have.CleanupPolicy != want.CleanupPolicy) differences.Add($"{name}: {CleanupPolicy} is {have.CleanupPolicy}, wanted is {want.CleanupPolicy}");
        }

        return differences;
    }

    /// <summary>Returns one line for each topic that is missing or has another number of partitions.</summary>
    public static IReadOnlyList<string> PartitionDifferences(IReadOnlyDictionary<string, int> wanted, IReadOnlyDictionary<string, int> actual)
    {
        var differences = new List<string>();
        foreach (var (name, want) in wanted)
        {
            if (!actual.TryGetValue(name, out var have)) differences.Add($"{name}: does not exist");
            else if (have != want) differences.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: has {have} partitions, configured are {want}; keys cannot be moved, so the number of a topic in use is final"));
        }

        return differences;
    }

    /// <summary>Refuses to go on with differences.</summary>
    /// <exception cref="StartupException">There are some; the message lists them.</exception>
    public static void Refuse(IReadOnlyList<string> differences)
    {
        if (differences.Count > 0) throw new StartupException($"the topics in Kafka are not as configured:{string.Concat(differences.Select(line => $"\n  {line}"))}");
    }

    /// <summary>Creates what is missing if the options say so, and verifies the rest.</summary>
    /// <param name="existing">The partitions of each topic that Kafka has.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StartupException">A topic is not as wanted, or Kafka refuses.</exception>
    public async Task EnsureAsync(IReadOnlyDictionary<string, int> existing, CancellationToken cancellationToken)
    {
        var wanted = Wanted(options);
        try
        {
            if (options.TopicStep == KafkaTopicStep.Create) await CreateAsync(wanted.Where(pair => !existing.ContainsKey(pair.Key)), cancellationToken);
            var actual = await DescribeAsync(wanted.Where(pair => existing.ContainsKey(pair.Key)).ToDictionary(pair => pair.Key, pair => existing[pair.Key]), cancellationToken);
            Refuse(Differences(wanted.Where(pair => options.TopicStep == KafkaTopicStep.Verify || existing.ContainsKey(pair.Key)).ToDictionary(), actual));
        }
        catch (KafkaException refused)
        {
            throw new StartupException($"the topics cannot be checked or created: {refused.Message}", refused);
        }
    }

    private static TopicSettings Settings(int partitions, KafkaRetention retention) => new(partitions, retention.Milliseconds, retention.BytesOrUnlimited, TopicSettings.Delete);

    private static string Line(string topic, string setting, long have, long want) => string.Create(CultureInfo.InvariantCulture, $"{topic}: {setting} is {have}, wanted is {want}");

    private static long Number(DescribeConfigsResult topic, string setting) =>
        topic.Entries.TryGetValue(setting, out var entry) && long.TryParse(entry.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : -1;

    private async Task CreateAsync(IEnumerable<KeyValuePair<string, TopicSettings>> missing, CancellationToken cancellationToken)
    {
        var topics = missing.Select(pair => new TopicSpecification
        {
            Name = pair.Key,
            NumPartitions = pair.Value.Partitions,
            ReplicationFactor = (short)options.Replication,
            Configs = new Dictionary<string, string>
            {
                [RetentionMs] = pair.Value.RetentionMs.ToString(CultureInfo.InvariantCulture),
                [RetentionBytes] = pair.Value.RetentionBytes.ToString(CultureInfo.InvariantCulture),
                [CleanupPolicy] = pair.Value.CleanupPolicy,
            },
        }).ToList();
        if (topics.Count == 0) return;

        try
        {
            await client.CreateTopicsAsync(topics, new CreateTopicsOptions { RequestTimeout = options.RequestTimeout, OperationTimeout = options.RequestTimeout }).WaitAsync(cancellationToken);
        }
        catch (CreateTopicsException refused) when (refused.Results.All(one => !one.Error.IsError || one.Error.Code == Confluent.Kafka.ErrorCode.TopicAlreadyExists))
        {
            // Another process of the platform was quicker; what it made is looked at with the partitions.
        }
        catch (CreateTopicsException refused)
        {
            throw new StartupException($"Kafka does not create the topics:{string.Concat(refused.Results.Where(one => one.Error.IsError).Select(one => $"\n  {one.Topic}: {one.Error.Reason}"))}", refused);
        }
    }

    private async Task<IReadOnlyDictionary<string, TopicSettings>> DescribeAsync(IReadOnlyDictionary<string, int> partitions, CancellationToken cancellationToken)
    {
        if (partitions.Count == 0) return new Dictionary<string, TopicSettings>();
        var resources = partitions.Keys.Select(name => new ConfigResource { Type = ResourceType.Topic, Name = name });
        var described = await client.DescribeConfigsAsync(resources, new DescribeConfigsOptions { RequestTimeout = options.RequestTimeout }).WaitAsync(cancellationToken);
        return described.ToDictionary(
            topic => topic.ConfigResource.Name,
            topic => new TopicSettings(
                partitions[topic.ConfigResource.Name], Number(topic, RetentionMs), Number(topic, RetentionBytes), topic.Entries.TryGetValue(CleanupPolicy, out var policy) ? policy.Value : TopicSettings.Delete),
            StringComparer.Ordinal);
    }
}
