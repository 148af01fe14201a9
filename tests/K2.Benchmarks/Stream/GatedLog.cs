using System.Collections.Concurrent;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Benchmarks.Stream;

/// <summary>A log whose readers wait until the clock runs, and that tells when a position of each partition is committed.</summary>
internal sealed class GatedLog(ILog inner, IReadOnlyDictionary<int, LogPosition> ends) : ILog
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<int, bool> _done = new();

    public IReadOnlyList<LogTopic> Topics => inner.Topics;

    /// <summary>Completes when all partitions are committed to their ends.</summary>
    public Task Drained => _drained.Task;

    public void Open() => _gate.TrySetResult();

    public int PartitionOf(string topic, string key) => inner.PartitionOf(topic, key);

    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken) => inner.AppendAsync(batches, cancellationToken);

    public ILogReader OpenReader(string topic, int partition, LogPosition from) => new Reader(inner.OpenReader(topic, partition, from), _gate.Task);

    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EarliestAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EndAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken) => inner.CommittedAsync(topic, partition, cancellationToken);

    public async ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken)
    {
        await inner.CommitAsync(topic, partition, next, cancellationToken);
        if (!ends.TryGetValue(partition, out var end) || next < end) return;
        _done[partition] = true;
        if (_done.Count == ends.Count) _drained.TrySetResult();
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Reader(ILogReader inner, Task gate) : ILogReader
    {
        public LogPosition Position => inner.Position;

        public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int maxBytes, TimeSpan maxWait, CancellationToken cancellationToken)
        {
            if (!gate.IsCompleted) await gate.WaitAsync(cancellationToken);
            return await inner.ReadAsync(maxBytes, maxWait, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
