using K2.Abstractions;
using K2.Abstractions.Log;

namespace K2.Streaming.Kafka;

/// <summary>Where a log in Kafka is, and how it is written and read.</summary>
public sealed record KafkaLogOptions
{
    private const int MaxPartitions = 1024;
    private const int MaxNameLength = 249;

    /// <summary>Addresses of some brokers, <c>host:port</c> with commas between.</summary>
    public required string BootstrapServers { get; init; }

    /// <summary>The topics to append to and to read. Their numbers of partitions cannot be changed later.</summary>
    public required IReadOnlyList<LogTopic> Topics { get; init; }

    /// <summary>The form of the records, for each of <see cref="Topics"/> by its name.</summary>
    public required IReadOnlyDictionary<string, IRecordMapper> Mappers { get; init; }

    /// <summary>Name of this client in the broker's logs and quotas; <c>k2</c> by default.</summary>
    public string ClientId { get; init; } = "k2";

    /// <summary>The group whose committed offsets are the committed positions; <c>k2</c> by default. All processes of one platform have the same.</summary>
    public string GroupId { get; init; } = "k2";

    /// <summary>The control topic, of one partition, that says which epoch begins at which offset; <c>k2.log.epochs</c> by default. It is never trimmed.</summary>
    public string EpochTopic { get; init; } = "k2.log.epochs";

    /// <summary>Encryption and signing in; neither by default.</summary>
    public KafkaSecurity Security { get; init; } = new();

    /// <summary>What opening does about the topics; creates them by default.</summary>
    public KafkaTopicStep TopicStep { get; init; } = KafkaTopicStep.Create;

    /// <summary>Copies of each partition of a topic that is created; 1 by default, 1 to 10. With one copy a lost disk is lost data.</summary>
    public int Replication { get; init; } = 1;

    /// <summary>How long records are kept, where <see cref="TopicRetention"/> says nothing; 7 days of any size by default.</summary>
    public KafkaRetention Retention { get; init; } = new(TimeSpan.FromDays(7), null);

    /// <summary>How long records of single topics are kept, by name.</summary>
    public IReadOnlyDictionary<string, KafkaRetention> TopicRetention { get; init; } = new Dictionary<string, KafkaRetention>();

    /// <summary>Compression of what is sent; LZ4 by default.</summary>
    public KafkaCompression Compression { get; init; } = KafkaCompression.Lz4;

    /// <summary>How long the producer waits for more before it sends; 5 ms by default, 0 to 1 s. Zero is the quickest, and costs the broker most.</summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The largest message; 1,000,000 bytes by default, 1 kB to 100 MB. The broker must take as much.</summary>
    public int MaxMessageBytes { get; init; } = 1_000_000;

    /// <summary>Bytes that may be sent and not yet acknowledged; 64 MiB by default, 64 KiB to 1 GiB. Further appends wait.</summary>
    public long MaxPendingBytes { get; init; } = 64L << 20;

    /// <summary>Messages that may be sent and not yet acknowledged; 200,000 by default, 1 to 10 million. Further appends wait.</summary>
    public int MaxPendingMessages { get; init; } = 200_000;

    /// <summary>How long an append may wait for the broker before it fails; 5 minutes by default, 1 s to 1 day.</summary>
    public TimeSpan DeliveryTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a broker may take for one answer before the connection is given up and the request is made again; 10 s by default, 1 s to 5 minutes. An answer that was lost while a broker came back
    /// holds up all that is behind it for as long.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long opening, looking for topics and moving among them may take with all attempts; 30 s by default, 1 s to 5 minutes.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long closing waits for appends that are not yet acknowledged; 10 s by default, 0 to 5 minutes.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that are read ahead for each reader, in the client and again in the reader; 4 MiB by default, 64 KiB to 256 MiB.</summary>
    public int ReadAheadBytes { get; init; } = 4 << 20;

    /// <summary>How long a broker holds a fetch that finds nothing; 500 ms by default, 1 ms to 60 s. New records end it at once.</summary>
    public TimeSpan FetchWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Connections and threads that fetch; 1 by default, 1 to 16. One serves about 400,000 messages a second of two shared cores.</summary>
    public int FetchHandles { get; init; } = 1;

    /// <summary>Checks the options.</summary>
    /// <exception cref="StartupException">An option is wrong; the message names it and what is allowed.</exception>
    public void Validate()
    {
        Require(!string.IsNullOrWhiteSpace(BootstrapServers), "BootstrapServers is not set: where is Kafka?");
        Require(Topics is { Count: > 0 }, "the log has no topic");
        Require(Topics.Select(topic => topic.Name).Append(EpochTopic).Distinct(StringComparer.Ordinal).Count() == Topics.Count + 1, "a topic of the log is listed twice");
        foreach (var topic in Topics)
        {
            RequireName(topic.Name, "topic");
            Require(topic.Partitions is >= 1 and <= MaxPartitions, $"topic {topic.Name} has {topic.Partitions} partitions; allowed are 1 to {MaxPartitions}");
            Require(Mappers.ContainsKey(topic.Name), $"Mappers has none for topic {topic.Name}");
        }

        RequireName(EpochTopic, nameof(EpochTopic));
        Require(!string.IsNullOrWhiteSpace(ClientId), "ClientId is empty");
        Require(!string.IsNullOrWhiteSpace(GroupId), "GroupId is empty");
        Require(Enum.IsDefined(TopicStep), $"TopicStep is {TopicStep}; allowed are {string.Join(", ", Enum.GetNames<KafkaTopicStep>())}");
        Require(Enum.IsDefined(Compression), $"Compression is {Compression}; allowed are {string.Join(", ", Enum.GetNames<KafkaCompression>())}");
        RequireRange(Replication, 1, 10, nameof(Replication));
        foreach (var (name, retention) in TopicRetention.Append(new(nameof(Retention), Retention)))
            Require(retention is { Age: null or { TotalMilliseconds: >= 1 }, Bytes: null or >= 1 }, $"{name}: a retention's age is at least 1 ms and its size at least 1 byte");
        RequireRange(Linger, TimeSpan.Zero, TimeSpan.FromSeconds(1), nameof(Linger));
        RequireRange(MaxMessageBytes, 1000, 100_000_000, nameof(MaxMessageBytes));
        RequireRange(MaxPendingBytes, 64 << 10, 1 << 30, nameof(MaxPendingBytes));
        RequireRange(MaxPendingMessages, 1, 10_000_000, nameof(MaxPendingMessages));
        RequireRange(DeliveryTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(DeliveryTimeout));
        RequireRange(AnswerTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), nameof(AnswerTimeout));
        RequireRange(RequestTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), nameof(RequestTimeout));
        RequireRange(CloseTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5), nameof(CloseTimeout));
        RequireRange(ReadAheadBytes, 64 << 10, 256 << 20, nameof(ReadAheadBytes));
        RequireRange(FetchWait, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(60), nameof(FetchWait));
        RequireRange(FetchHandles, 1, 16, nameof(FetchHandles));
        Require(Linger < DeliveryTimeout, "Linger must be shorter than DeliveryTimeout");
        Security.Validate();
    }

    /// <summary>Returns how long a topic's records are kept.</summary>
    internal KafkaRetention RetentionOf(string topic) => TopicRetention.TryGetValue(topic, out var retention) ? retention : Retention;

    private static void RequireName(string name, string what) =>
        Require(
            name is { Length: >= 1 and <= MaxNameLength } and not "." and not ".." && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-'),
            $"the {what} name '{name}' must have 1 to {MaxNameLength} letters, digits, dots, dashes and underscores");

    private static void RequireRange<T>(T value, T least, T most, string name)
        where T : IComparable<T> =>
        Require(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, $"{name} is {value}; allowed are {least} to {most}");

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException(message);
    }
}
