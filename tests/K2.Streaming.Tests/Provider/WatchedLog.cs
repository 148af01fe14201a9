using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Tests.Provider;

/// <summary>
/// A log that checks every commit against the store: everything below a committed position must be durable for its key. It also tells when
/// something is read, and when a position is committed.
/// </summary>
internal sealed class WatchedLog(ILog inner, Effects effects) : ILog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Topic, int Partition), List<(LogPosition Last, string Key)>> _appended = [];
    private TaskCompletionSource _committed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<LogTopic> Topics => inner.Topics;

    public List<string> Violations { get; } = [];

    /// <summary>Runs before each read.</summary>
    public Func<ValueTask>? Reading { get; set; }

    /// <summary>Is told, in order, of what each read has brought.</summary>
    public Action<int, IReadOnlyList<LogEntry>>? Read { get; set; }

    /// <summary>Ends with the next commit.</summary>
    public Task NextCommit
    {
        get
        {
            lock (_gate) return _committed.Task;
        }
    }

    public int PartitionOf(string topic, string key) => inner.PartitionOf(topic, key);

    public async Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken)
    {
        var positions = await inner.AppendAsync(batches, cancellationToken);
        lock (_gate)
        {
            for (var i = 0; i < positions.Count; i++)
            {
                var partition = (batches[i].Topic, inner.PartitionOf(batches[i].Topic, batches[i].Key));
                if (!_appended.TryGetValue(partition, out var entries)) _appended[partition] = entries = [];
                entries.Add((positions[i].Plus(batches[i].RecordCount - 1), batches[i].Key));
            }
        }

        return positions;
    }

    public ILogReader OpenReader(string topic, int partition, LogPosition from) => new Reader(this, partition, inner.OpenReader(topic, partition, from));

    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EarliestAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EndAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken) => inner.CommittedAsync(topic, partition, cancellationToken);

    public async ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            foreach (var (last, key) in _appended.GetValueOrDefault((topic, partition), []))
            {
                if (last < next && effects.PositionOf(key) < last) Violations.Add($"{topic}/{partition} committed up to {next}, but {key} is durable only up to {effects.PositionOf(key)} and has a record at {last}");
            }
        }

        await inner.CommitAsync(topic, partition, next, cancellationToken);
        TaskCompletionSource committed;
        lock (_gate) (committed, _committed) = (_committed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        committed.SetResult();
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Reader(WatchedLog log, int partition, ILogReader inner) : ILogReader
    {
        public LogPosition Position => inner.Position;

        public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int maxBytes, TimeSpan maxWait, CancellationToken cancellationToken)
        {
            if (log.Reading is { } reading) await reading();
            var entries = await inner.ReadAsync(maxBytes, maxWait, cancellationToken);
            if (entries.Count > 0) log.Read?.Invoke(partition, entries);
            return entries;
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
