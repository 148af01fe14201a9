using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Embedded;

/// <summary>
/// A log on the local disk: one append-only file at a time for all topics and partitions, synced once per group of waiting appends. An append
/// that has completed survives the process and, as far as the disk keeps its word, the machine. Thread-safe.
/// </summary>
public sealed partial class EmbeddedLog : ILog
{
    /// <summary>The most bytes of one entry's key and payload together.</summary>
    public const int MaxEntryBytes = FrameHeader.MaxBodyLength;

    private static readonly TimeSpan TidyInterval = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, TopicState> _topics;
    private readonly CommittedPositions _committed;
    private readonly GroupWriter _writer;
    private readonly FolderLock _lock;
    private readonly TimeProvider _time;
    private readonly IProtocolProbe _probe;
    private readonly CancellationTokenSource _closed = new();
    private long _tidied;
    private int _disposed;

    private EmbeddedLog(
        IReadOnlyList<LogTopic> topics, RecoveredLog recovered, GroupWriter writer, FolderLock folderLock, TimeProvider time, IProtocolProbe probe)
    {
        Topics = topics;
        Recovery = recovered.Recovery;
        _topics = topics.ToDictionary(topic => topic.Name, topic => recovered.Topics.Single(state => state.Name == topic.Name), StringComparer.Ordinal);
        _committed = recovered.Committed;
        _writer = writer;
        _lock = folderLock;
        _time = time;
        _probe = probe;
        _tidied = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public IReadOnlyList<LogTopic> Topics { get; }

    /// <summary>What opening the folder found and did.</summary>
    public LogRecovery Recovery { get; }

    /// <summary>How often the log was synced to the disk since it was opened.</summary>
    public long Syncs => _writer.Syncs;

    /// <summary>Opens or creates the log of a folder, recovering it from whatever ended the process before.</summary>
    /// <param name="options">See there.</param>
    /// <param name="highestSeen">
    /// The highest position of each partition that is durable downstream, for a key's partition see <see cref="StablePartitioner"/>. The log's
    /// epoch rises above them where the log does not hold them.
    /// </param>
    /// <param name="time">The clock of long polls and of retention.</param>
    /// <param name="logger">Is told of recovery.</param>
    /// <param name="probe">Is told of appends and commits.</param>
    /// <param name="cancellationToken">Ends the recovery; the folder stays as it is.</param>
    /// <exception cref="StartupException">An option is wrong, or the folder is in use or cannot be written.</exception>
    public static async Task<EmbeddedLog> OpenAsync(
        EmbeddedLogOptions options,
        IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen,
        TimeProvider time,
        ILogger<EmbeddedLog> logger,
        IProtocolProbe probe,
        CancellationToken cancellationToken) =>
        await OpenAsync(options, highestSeen, time, logger, probe, LogFiles.Instance, cancellationToken);

    internal static async Task<EmbeddedLog> OpenAsync(
        EmbeddedLogOptions options,
        IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen,
        TimeProvider time,
        ILogger logger,
        IProtocolProbe probe,
        ILogFiles files,
        CancellationToken cancellationToken)
    {
        options.Validate();
        var folderLock = FolderLock.Take(options.Folder);
        try
        {
            var recovered = await new LogRecoverer(options, highestSeen).RunAsync(cancellationToken);
            var segments = new SegmentWriter(files, options.Folder, time);
            var segment = segments.Begin(GroupWriter.HeaderOf(recovered.NextSegment, recovered.Topics, time), recovered.CarriedOver);
            IndexCarriedOver(segment, recovered);
            recovered.Committed.Rewrite(recovered.Topics.SelectMany(topic => topic.Partitions));

            var writer = new GroupWriter(options, recovered.Topics, recovered.Segments, recovered.Committed, segments, time, probe);
            writer.Start();
            Report(logger, options.Folder, recovered.Recovery);
            return new EmbeddedLog(options.Topics, recovered, writer, folderLock, time, probe);
        }
        catch (Exception exception)
        {
            folderLock.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
                throw new StartupException($"the log in {options.Folder} cannot be opened: {exception.Message}", exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public int PartitionOf(string topic, string key) => StablePartitioner.PartitionOf(key, TopicOf(topic).Partitions.Length);

    /// <inheritdoc/>
    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<LogPosition>>(cancellationToken);
        if (batches.Count == 0) return Task.FromResult<IReadOnlyList<LogPosition>>([]);

        var partitions = new PartitionLog[batches.Count];
        var bytes = 0L;
        for (var i = 0; i < partitions.Length; i++)
        {
            var batch = batches[i];
            ArgumentOutOfRangeException.ThrowIfLessThan(batch.RecordCount, 1);
            if (batch.Payload.Length + (batch.Key.Length * 3L) > MaxEntryBytes || batch.Key.Length * 3 > ushort.MaxValue)
                throw new ArgumentException($"an entry holds at most {MaxEntryBytes} bytes and its key {ushort.MaxValue / 3} characters; this one has {batch.Payload.Length} and {batch.Key.Length}", nameof(batches));

            var topic = TopicOf(batch.Topic);
            partitions[i] = topic.Partitions[StablePartitioner.PartitionOf(batch.Key, topic.Partitions.Length)];
            bytes += batch.Payload.Length + FrameHeader.Size;
        }

        var pending = new PendingAppend(batches, partitions, bytes);
        _writer.Add(pending);
        return cancellationToken.CanBeCanceled ? AwaitAsync(pending, cancellationToken) : pending.Task;
    }

    /// <inheritdoc/>
    public ILogReader OpenReader(string topic, int partition, LogPosition from)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return new EmbeddedLogReader(PartitionAt(topic, partition), from, _time, _closed.Token);
    }

    /// <inheritdoc/>
    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => ValueTask.FromResult(PartitionAt(topic, partition).Earliest);

    /// <inheritdoc/>
    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => ValueTask.FromResult(PartitionAt(topic, partition).End);

    /// <inheritdoc/>
    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new LogPosition(_committed[topic, PartitionAt(topic, partition).Partition]));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The position is above the end.</exception>
    public ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        cancellationToken.ThrowIfCancellationRequested();
        var end = PartitionAt(topic, partition).End;
        if (next > end) throw new ArgumentOutOfRangeException(nameof(next), $"{topic}/{partition} ends at {end}; {next} cannot be committed");

        _probe.Enter(ProtocolStep.Commit);
        if (_committed.Advance(topic, partition, next.Version)) TidyNowAndThen();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes what waits, makes the commits durable and frees the folder. Reads that wait end with <see cref="ObjectDisposedException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        try
        {
            await Task.Run(_writer.Dispose);
            await _closed.CancelAsync();
            _committed.Dispose();
        }
        finally
        {
            _lock.Dispose();
            _closed.Dispose();
        }
    }

    /// <summary>Deletes the segments that are no longer needed, and completes when that is done.</summary>
    internal Task TidyAsync() => _writer.TidyAsync();

    private static async Task<IReadOnlyList<LogPosition>> AwaitAsync(PendingAppend pending, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(static (state, token) => ((PendingAppend)state!).Cancel(token), pending);
        return await pending.Task;
    }

    private static void IndexCarriedOver(Segment segment, RecoveredLog recovered)
    {
        var topics = recovered.Topics.ToDictionary(topic => topic.Id);
        var start = segment.Length - recovered.CarriedOver.Length;
        for (var at = 0; at < recovered.CarriedOver.Length;)
        {
            if (!FrameHeader.TryRead(recovered.CarriedOver.AsSpan(at), out var frame)) throw new InvalidOperationException("an entry carried over is not readable");
            topics[frame.TopicId].Partitions[frame.Partition].AddRecovered(segment, frame, start + at);
            at += frame.FrameLength;
        }
    }

    private static void Report(ILogger logger, string folder, LogRecovery recovery)
    {
        LogOpened(logger, folder, recovery.Entries, recovery.Segments);
        if (recovery.TruncatedBytes + recovery.SkippedBytes > 0)
            LogDamage(logger, folder, recovery.TruncatedBytes, recovery.SkippedBytes, string.Join(", ", recovery.PreservedFiles));
        if (recovery.Repartitioned > 0) LogRepartitioned(logger, folder, recovery.Repartitioned);
        foreach (var change in recovery.EpochChanges.Where(change => change.From > 0 || change.To > 1)) LogEpoch(logger, change.Topic, change.From, change.To, change.Reason);
    }

    private TopicState TopicOf(string topic) =>
        _topics.TryGetValue(topic, out var state) ? state : throw new ArgumentException($"{topic} is not a topic of this log", nameof(topic));

    private PartitionLog PartitionAt(string topic, int partition)
    {
        var partitions = TopicOf(topic).Partitions;
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, partitions.Length);
        return partitions[partition];
    }

    private void TidyNowAndThen()
    {
        var last = Interlocked.Read(ref _tidied);
        if (_time.GetElapsedTime(last) < TidyInterval) return;
        if (Interlocked.CompareExchange(ref _tidied, _time.GetTimestamp(), last) == last) _ = _writer.TidyAsync();
    }
}
