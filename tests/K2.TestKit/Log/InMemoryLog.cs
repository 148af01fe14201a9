using K2.Abstractions.Log;
using K2.Domain.Log;
using static K2.TestKit.Log.InMemoryLogStore;

namespace K2.TestKit.Log;

/// <summary>A log in memory that passes the conformance suite. Durable means: in its <see cref="InMemoryLogStore"/>.</summary>
public sealed class InMemoryLog : ILog
{
    private readonly InMemoryLogStore _store;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Opens the log of a store.</summary>
    public InMemoryLog(IReadOnlyList<LogTopic> topics, InMemoryLogStore? store = null, TimeProvider? time = null, IReadOnlyDictionary<(string Topic, int Partition), LogPosition>? highestSeen = null)
    {
        Topics = topics;
        _store = store ?? new InMemoryLogStore();
        _time = time ?? TimeProvider.System;
        foreach (var topic in topics) Open(topic, highestSeen ?? new Dictionary<(string, int), LogPosition>());
    }

    public IReadOnlyList<LogTopic> Topics { get; }

    public int PartitionOf(string topic, string key) => StablePartitioner.PartitionOf(key, TopicOf(topic).Partitions.Length);

    public Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed.IsCancellationRequested, this);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<IReadOnlyList<LogPosition>>(cancellationToken);

        var positions = new LogPosition[batches.Count];
        lock (_store.Gate)
        {
            foreach (var batch in batches) _ = TopicOf(batch.Topic);
            for (var i = 0; i < positions.Length; i++) positions[i] = Append(batches[i].Topic, batches[i].Key, batches[i].RecordCount, batches[i].Payload.ToArray());
        }

        return Task.FromResult<IReadOnlyList<LogPosition>>(positions);
    }

    public ILogReader OpenReader(string topic, int partition, LogPosition from) => new Reader(this, PartitionAt(topic, partition), from);

    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        lock (_store.Gate)
        {
            var stored = PartitionAt(topic, partition);
            return ValueTask.FromResult(stored.Entries.Count > 0 ? stored.Entries[0].First : stored.End);
        }
    }

    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        lock (_store.Gate) return ValueTask.FromResult(PartitionAt(topic, partition).End);
    }

    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken)
    {
        lock (_store.Gate) return ValueTask.FromResult(PartitionAt(topic, partition).Committed);
    }

    public ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_store.Gate)
        {
            var stored = PartitionAt(topic, partition);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(next.Version, stored.End.Version, nameof(next));
            if (next > stored.Committed) stored.Committed = next;
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync() => await _closed.CancelAsync();

    private void Open(LogTopic topic, IReadOnlyDictionary<(string Topic, int Partition), LogPosition> highestSeen)
    {
        lock (_store.Gate)
        {
            var seen = highestSeen.Where(pair => pair.Key.Topic == topic.Name).ToList();
            var highest = seen.Count > 0 ? seen.Max(pair => pair.Value.Epoch) : 0;
            if (!_store.Topics.TryGetValue(topic.Name, out var stored))
            {
                stored = new StoredTopic { Partitions = Partitions(topic.Partitions) };
                _store.Topics[topic.Name] = stored;
                Raise(stored, highest + 1);
            }
            else if (stored.Partitions.Length != topic.Partitions)
            {
                var uncommitted = stored.Partitions.SelectMany(partition => partition.Entries.Where(entry => entry.Next > partition.Committed)).ToList();
                stored.Partitions = Partitions(topic.Partitions);
                Raise(stored, Math.Max(highest, stored.Epoch) + 1);
                foreach (var entry in uncommitted) Append(topic.Name, entry.Key, entry.RecordCount, entry.Payload);
            }
            else if (seen.Any(pair => pair.Value >= stored.Partitions[pair.Key.Partition].End))
            {
                Raise(stored, Math.Max(highest, stored.Epoch) + 1);
            }
        }
    }

    private LogPosition Append(string topic, string key, int recordCount, byte[] payload)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(recordCount, 1);
        var partitions = TopicOf(topic).Partitions;
        var partition = partitions[StablePartitioner.PartitionOf(key, partitions.Length)];
        var entry = new LogEntry(partition.End, key, recordCount, payload);
        partition.Entries.Add(entry);
        partition.End = entry.Next;
        partition.Changed.TrySetResult();
        partition.Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return entry.First;
    }

    private StoredTopic TopicOf(string topic) =>
        Topics.Any(known => known.Name == topic) ? _store.Topics[topic] : throw new ArgumentException($"{topic} is not a topic of this log", nameof(topic));

    private StoredPartition PartitionAt(string topic, int partition)
    {
        var partitions = TopicOf(topic).Partitions;
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, partitions.Length);
        return partitions[partition];
    }

    private static StoredPartition[] Partitions(int count) => [.. Enumerable.Range(0, count).Select(_ => new StoredPartition())];

    private static void Raise(StoredTopic topic, int epoch)
    {
        topic.Epoch = epoch;
        foreach (var partition in topic.Partitions) partition.End = LogPosition.Create(epoch, 0);
    }

    private sealed class Reader(InMemoryLog log, StoredPartition partition, LogPosition from) : ILogReader
    {
        public LogPosition Position { get; private set; } = from;

        public async ValueTask<IReadOnlyList<LogEntry>> ReadAsync(int maxBytes, TimeSpan maxWait, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, log._closed.Token);
            var delay = maxWait > TimeSpan.Zero ? Task.Delay(maxWait, log._time, ended.Token) : Task.CompletedTask;
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ObjectDisposedException.ThrowIf(log._closed.IsCancellationRequested, log);
                var last = delay.IsCompleted;
                var (entries, changed) = Take(maxBytes);
                if (entries.Count > 0 || last)
                {
                    await ended.CancelAsync();
                    return entries;
                }

                await Task.WhenAny(changed, delay);
            }
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private (List<LogEntry> Entries, Task Changed) Take(int maxBytes)
        {
            lock (log._store.Gate)
            {
                var entries = new List<LogEntry>();
                var bytes = 0L;
                for (var i = Find(); i < partition.Entries.Count && bytes < maxBytes; i++)
                {
                    entries.Add(partition.Entries[i]);
                    bytes += partition.Entries[i].Payload.Length;
                }

                if (entries.Count > 0) Position = entries[^1].Next;
                return (entries, partition.Changed.Task);
            }
        }

        private int Find()
        {
            int low = 0, high = partition.Entries.Count;
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (partition.Entries[middle].Next > Position) high = middle;
                else low = middle + 1;
            }

            return low;
        }
    }
}
