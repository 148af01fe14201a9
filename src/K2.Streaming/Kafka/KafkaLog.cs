using Confluent.Kafka;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Kafka;

/// <summary>
/// A log in Kafka, or in a broker that speaks its protocol: one message a record, the committed positions as the offsets of a group that nobody
/// joins. Any number of processes may have it open. An append that has completed is on all replicas that are in sync. Thread-safe.
/// </summary>
public sealed partial class KafkaLog : ILog
{
    private static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(5);
    private readonly KafkaLogOptions _options;
    private readonly Dictionary<string, TopicState> _topics;
    private readonly KafkaAdmin _admin;
    private readonly KafkaAppender _appender;
    private readonly FetchPool _pool;
    private readonly OffsetCommitter _committer;
    private readonly IProtocolProbe _probe;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _closed = new();
    private readonly EpochWatcher _watcher;
    private readonly Task _watching;
    private int _disposed;

    private KafkaLog(
        KafkaLogOptions options,
        Dictionary<string, TopicState> topics,
        KafkaClients clients,
        IProducer<byte[], byte[]> producer,
        KafkaAdmin admin,
        EpochJournal journal,
        long watchFrom,
        IProtocolProbe probe,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _topics = topics;
        _admin = admin;
        _appender = new KafkaAppender(producer, clients.Producer, options, time, probe);
        _pool = new FetchPool(clients, options, logger);
        _committer = new OffsetCommitter(admin, _closed.Token);
        _probe = probe;
        _time = time;
        _logger = logger;
        _watcher = new EpochWatcher(journal, topics, logger);
        _watching = _watcher.RunAsync(_pool, watchFrom, _closed.Token);
    }

    /// <inheritdoc/>
    public IReadOnlyList<LogTopic> Topics => _options.Topics;

    /// <summary>Bytes that are sent and not yet acknowledged.</summary>
    public long PendingBytes => _appender.PendingBytes;

    /// <summary>Messages that are sent and not yet acknowledged.</summary>
    public int PendingMessages => _appender.PendingMessages;

    /// <summary>Consumer handles in use.</summary>
    internal int FetchHandles => _pool.Handles;

    /// <summary>Completes with the next epoch that another process begins.</summary>
    internal Task EpochChanged => _watcher.Changed;

    /// <summary>Opens the log, having checked or created its topics.</summary>
    /// <param name="options">See there.</param>
    /// <param name="highestSeen">
    /// The highest position of each partition that is durable downstream, for a key's partition see <see cref="StablePartitioner"/>. A topic that
    /// does not hold them any more begins a new epoch.
    /// </param>
    /// <param name="time">The clock of long polls and time-outs.</param>
    /// <param name="logger">Is told of the client's troubles, and of epochs.</param>
    /// <param name="probe">Is told of appends and commits.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="StartupException">An option is wrong, Kafka does not answer, or its topics are not as configured.</exception>
    public static async Task<KafkaLog> OpenAsync(
        KafkaLogOptions options,
        IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen,
        TimeProvider time,
        ILogger<KafkaLog> logger,
        IProtocolProbe probe,
        CancellationToken cancellationToken)
    {
        options.Validate();
        var clients = new KafkaClients(options, logger);
        var producer = clients.Producer();
        var client = clients.Admin();
        var admin = new KafkaAdmin(clients, client, options, time);
        try
        {
            var journal = new EpochJournal(clients, admin, options);
            var opener = new KafkaLogOpener(client, producer, admin, journal, options, time);
            var (topics, next) = await opener.RunAsync(highestSeen, cancellationToken);
            foreach (var (topic, from, to) in opener.Changes.Where(change => change.From > 0 || change.To > 1)) LogEpoch(logger, topic, from, to);
            foreach (var (partition, committed, end) in opener.SetBack) LogCommittedSetBack(logger, partition.Topic, partition.Partition.Value, committed, end);
            LogOpened(logger, options.BootstrapServers, options.Topics.Count, options.EpochTopic);
            return new KafkaLog(options, topics, clients, producer, admin, journal, next, probe, time, logger);
        }
        catch (Exception exception)
        {
            producer.Dispose();
            await admin.DisposeAsync();
            if (exception is K2Exception failure and not StartupException) throw new StartupException($"the log in Kafka at {options.BootstrapServers} cannot be opened: {failure.Message}", failure) { IsAway = failure.IsTransient };
            throw;
        }
    }

    /// <inheritdoc/>
    public int PartitionOf(string topic, string key) => StablePartitioner.PartitionOf(key, TopicOf(topic).Partitions.Length);

    /// <inheritdoc/>
    /// <exception cref="K2Exception">
    /// Kafka did not take the records. All other appends that were under way have failed too, so that repeating them keeps the order of each key.
    /// </exception>
    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<LogPosition>>(cancellationToken);
        return batches.Count == 0 ? Task.FromResult<IReadOnlyList<LogPosition>>([]) : _appender.AppendAsync(batches, TopicOf, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There is no such partition, or the position is of an epoch that does not exist.</exception>
    public ILogReader OpenReader(string topic, int partition, LogPosition from)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        _ = PartitionAt(topic, partition);
        return new KafkaLogReader(TopicOf(topic), partition, from, _pool, _admin, _options, _time, _logger, _closed.Token);
    }

    /// <inheritdoc/>
    public async ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var offset = (await _admin.RangeAsync(PartitionAt(topic, partition).Id, cancellationToken)).Low;
        return TopicOf(topic).PositionOf(partition, offset);
    }

    /// <inheritdoc/>
    public async ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var state = PartitionAt(topic, partition);
        var offset = (await _admin.RangeAsync(state.Id, cancellationToken)).End;
        state.ReachedEnd(offset);
        return TopicOf(topic).PositionOf(partition, offset);
    }

    /// <inheritdoc/>
    public async ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var offset = await _committer.CommittedAsync(PartitionAt(topic, partition).Id, cancellationToken);
        return offset < 0 ? LogPosition.None : TopicOf(topic).PositionOf(partition, offset);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The position is above the end.</exception>
    public async ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (next == LogPosition.None) return;

        var state = PartitionAt(topic, partition);
        if (next > TopicOf(topic).PositionOf(partition, state.KnownEnd))
        {
            var end = await EndAsync(topic, partition, cancellationToken);
            if (next > end) throw new ArgumentOutOfRangeException(nameof(next), $"{topic}/{partition} ends at {end}; {next} cannot be committed");
        }

        _probe.Enter(ProtocolStep.Commit);
        await _committer.CommitAsync(state.Id, TopicOf(topic).Epochs.OffsetOf(partition, next)).WaitAsync(cancellationToken);
    }

    /// <summary>Waits for the appends under way and gives up the connections. Reads that wait end with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _appender.CloseAsync();
        await _closed.CancelAsync();
        await _watching;
        var releasing = Task.WhenAll(_appender.DisposeAsync().AsTask(), _pool.DisposeAsync().AsTask(), _admin.DisposeAsync().AsTask());
        try
        {
            await releasing.WaitAsync(ReleaseLimit, _time);
        }
        catch (TimeoutException)
        {
            // librdkafka waits until moments of the wall clock: one that was set back holds its threads for as long. What was appended is acknowledged by now.
            LogNotReleased(ReleaseLimit.TotalSeconds);
        }

        _closed.Dispose();
    }

    private TopicState TopicOf(string topic) =>
        _topics.TryGetValue(topic, out var state) ? state : throw new ArgumentException($"{topic} is not a topic of this log", nameof(topic));

    private PartitionState PartitionAt(string topic, int partition)
    {
        var partitions = TopicOf(topic).Partitions;
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, partitions.Length);
        return partitions[partition];
    }
}
