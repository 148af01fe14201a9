using System.Collections.Immutable;
using K2.Abstractions.Log;
using K2.Domain.Log;
using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>
/// Reads one partition from its committed position by long poll, packs what one read brought per key, and names each key's previous position.
/// </summary>
internal sealed class LogQueueReceiver(ILog log, LogQueueSession session, LogStreamOptions options) : IQueueAdapterReceiver
{
    private readonly Dictionary<string, KeyState> _keys = new(StringComparer.Ordinal);
    private ILogReader? _reader;

    public Task Initialize(TimeSpan timeout) => Task.CompletedTask;

    public Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) => GetQueueMessagesAsync(maxCount, CancellationToken.None);

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return []; // The agent shuts down; an exception here would be logged as a failed read.
        }
    }

    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public async Task Shutdown(TimeSpan timeout)
    {
        await session.Committer.StopAsync(timeout);
        if (_reader is not null) await _reader.DisposeAsync();
    }

    private async Task<IList<IBatchContainer>> ReadAsync(CancellationToken cancellationToken)
    {
        // Opened here and not in Initialize: the agent would go on without a reader after a failed Initialize.
        _reader ??= log.OpenReader(session.Queue.Topic, session.Queue.Partition, await log.CommittedAsync(session.Queue.Topic, session.Queue.Partition, cancellationToken));
        var entries = await _reader.ReadAsync(options.MaxReadBytes, options.LongPoll, cancellationToken);
        if (entries.Count == 0)
        {
            var end = await log.EndAsync(session.Queue.Topic, session.Queue.Partition, cancellationToken);
            entries = await _reader.ReadAsync(options.MaxReadBytes, TimeSpan.Zero, cancellationToken);
            if (entries.Count == 0) session.Cache.ReachedEnd(end);
        }

        return entries.Count == 0 ? [] : Pack(entries, _reader.Position);
    }

    private List<IBatchContainer> Pack(IReadOnlyList<LogEntry> entries, LogPosition readNext)
    {
        // In the order of their first entries: the cache finds the durable prefix by it.
        var touched = new List<KeyState>();
        foreach (var entry in entries)
        {
            if (!_keys.TryGetValue(entry.Key, out var key)) _keys[entry.Key] = key = new KeyState(entry.Key, StreamId.Create(options.Namespace, entry.Key));
            if (key.Entries.Count == 0) touched.Add(key);
            key.Entries.Add(new PackedRecords(entry.First.Version, entry.RecordCount, entry.Payload));
        }

        var containers = new List<IBatchContainer>(touched.Count);
        foreach (var key in touched)
        {
            var batch = new PackedBatch(key.Key, key.LastVersion, key.Entries.ToImmutable());
            key.Entries.Clear();
            key.LastVersion = batch.Last.Version;
            containers.Add(new LogBatchContainer(key.StreamId, batch, readNext));
        }

        return containers;
    }

    private sealed class KeyState(string key, StreamId streamId)
    {
        public string Key => key;

        public StreamId StreamId => streamId;

        public ImmutableArray<PackedRecords>.Builder Entries { get; } = ImmutableArray.CreateBuilder<PackedRecords>();

        public long LastVersion { get; set; }
    }
}
