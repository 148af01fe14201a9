using Confluent.Kafka;
using K2.Abstractions;
using ErrorCode = Confluent.Kafka.ErrorCode;

namespace K2.Streaming.Kafka;

/// <summary>
/// Asks the brokers about offsets and the group, and moves the group's offsets; what fails for a passing reason is asked again until the request
/// time-out. Thread-safe. It asks through a consumer that reads nothing: the administrative calls for the same end the process when a broker
/// goes away at the wrong moment (librdkafka issues 3663 and 4605), and may answer -1001 without an error.
/// </summary>
internal sealed class KafkaAdmin(KafkaClients clients, IAdminClient client, KafkaLogOptions options, TimeProvider time) : IAsyncDisposable
{
    // Each question holds a thread while it waits.
    private const int MaxQuestions = 4;

    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuestionWait = TimeSpan.FromSeconds(2);

    private readonly IConsumer<byte[], byte[]> _consumer = clients.Consumer();
    private readonly SemaphoreSlim _slots = new(MaxQuestions);
    private readonly Lock _events = new();
    private volatile bool _disposed;

    /// <summary>Waits for the questions under way, and ends the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < MaxQuestions; i++) await _slots.WaitAsync();
        _disposed = true;
        await Task.Run(() =>
        {
            _consumer.Dispose();
            client.Dispose();
        });
        _slots.Release(MaxQuestions); // Who still waits is told that the log is closed.
    }

    /// <summary>Returns the partitions of each topic that Kafka has.</summary>
    /// <exception cref="StartupException">No broker answers, or they refuse this client.</exception>
    public async Task<IReadOnlyDictionary<string, int>> TopicsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var metadata = await Task.Run(() => client.GetMetadata(options.RequestTimeout), cancellationToken);
            return metadata.Topics.Where(topic => !topic.Error.IsError).ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count, StringComparer.Ordinal);
        }
        catch (KafkaException unanswered)
        {
            throw new StartupException($"Kafka at {options.BootstrapServers} does not answer: {clients.LastProblem ?? unanswered.Error.Reason} ({unanswered.Error.Code})", unanswered);
        }
    }

    /// <summary>Returns the lowest offset that a partition still has, and the one that its next record will get.</summary>
    public async Task<(long Low, long End)> RangeAsync(TopicPartition partition, CancellationToken cancellationToken)
    {
        var range = await AskAsync("offsets cannot be read", () => _consumer.QueryWatermarkOffsets(partition, QuestionWait), cancellationToken);
        return (range.Low.Value, range.High.Value);
    }

    /// <summary>Returns the offset that the next record of each partition will get.</summary>
    public async Task<long[]> EndsAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) =>
        [.. (await Task.WhenAll(partitions.Select(partition => RangeAsync(partition, cancellationToken)))).Select(range => range.End)];

    /// <summary>Returns the committed offset of each partition, −1 where there is none.</summary>
    public Task<long[]> CommittedAsync(IReadOnlyList<TopicPartition> partitions, CancellationToken cancellationToken) => AskAsync(
        "the committed positions cannot be read",
        () =>
        {
            var offsets = _consumer.Committed(partitions, QuestionWait).ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
            return partitions.Select(partition => Math.Max(-1, offsets[partition])).ToArray();
        },
        cancellationToken);

    /// <summary>
    /// Sets the committed offsets of partitions, where they are higher than what is committed. It is looked up each time, also before a retry: a process that was
    /// stopped for a while, or whose request was refused, would else take back what its successor has committed since.
    /// </summary>
    /// <returns>What is committed now, in the order given.</returns>
    public Task<long[]> CommitHigherAsync(IReadOnlyList<TopicPartitionOffset> offsets, CancellationToken cancellationToken) => AskAsync(
        "positions cannot be committed",
        () =>
        {
            var committed = _consumer.Committed([.. offsets.Select(one => one.TopicPartition)], QuestionWait).ToDictionary(one => one.TopicPartition, one => one.Offset.Value);
            var higher = offsets.Where(one => one.Offset.Value > committed[one.TopicPartition]).ToList();
            if (higher.Count > 0) _consumer.Commit(higher);
            return offsets.Select(one => Math.Max(one.Offset.Value, committed[one.TopicPartition])).ToArray();
        },
        cancellationToken);

    /// <summary>Sets the committed offsets of partitions, also to lower ones.</summary>
    public Task CommitAsync(IEnumerable<TopicPartitionOffset> offsets, CancellationToken cancellationToken)
    {
        var all = offsets.ToList();
        return AskAsync(
            "positions cannot be committed",
            () =>
            {
                _consumer.Commit(all);
                return true;
            },
            cancellationToken);
    }

    private async Task<T> AskAsync<T>(string what, Func<T> ask, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        for (var pause = MinPause; ; pause = pause * 2 < MaxPause ? pause * 2 : MaxPause)
        {
            try
            {
                return await OnceAsync(ask, cancellationToken);
            }
            catch (KafkaException refused)
            {
                var error = FirstErrorOf(refused);

                // The partitions were there at opening: the client says so while it knows no leader, a broker while it has not heard of a new topic.
                var isTransient = KafkaErrors.IsTransient(error) || error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic;
                if (!isTransient || time.GetElapsedTime(started) + pause > options.RequestTimeout) throw new K2Exception($"{what}: {error.Reason} ({error.Code})", isTransient, refused);
            }

            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task<T> OnceAsync<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken);
        var answer = Task.Run(
            () =>
            {
                try
                {
                    ObjectDisposedException.ThrowIf(_disposed, typeof(KafkaLog));
                    var result = ask();
                    TakeEvents();
                    return result;
                }
                finally
                {
                    _slots.Release();
                }
            },
            CancellationToken.None);
        return await answer.WaitAsync(cancellationToken);
    }

    // The client keeps what it has to report until somebody asks for messages.
    private void TakeEvents()
    {
        if (!_events.TryEnter()) return;
        try
        {
            _consumer.Consume(TimeSpan.Zero);
        }
        catch (ConsumeException)
        {
            // Logged by the handler of errors.
        }
        finally
        {
            _events.Exit();
        }
    }

    // The errors of single partitions lie below a general one that says nothing.
    private static Error FirstErrorOf(KafkaException refused) =>
        (refused as TopicPartitionOffsetException)?.Results.Select(one => one.Error).FirstOrDefault(error => error.IsError) ?? refused.Error;
}
