using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using K2.Abstractions;
using K2.Abstractions.Log;

namespace K2.Streaming.Provider;

/// <summary>
/// Tells how far the streams of the log are, and exports it as metrics of the meter <c>K2.Streaming</c>: <c>k2.streaming.lag</c> (records) and
/// <c>k2.streaming.cache</c> (bytes) by topic and partition. Thread-safe.
/// </summary>
public sealed class LogStreamStatus : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "K2.Streaming";

    private readonly ILog _log;
    private readonly ConcurrentDictionary<(string Topic, int Partition), LogQueueSession?> _partitions = new();
    private readonly ConcurrentDictionary<(string Topic, int Partition), long> _lags = new();
    private readonly Meter _meter = new(MeterName);
    private volatile Task _refreshing = Task.CompletedTask;

    /// <summary>Makes the status of the streams over a log.</summary>
    public LogStreamStatus(ILog log)
    {
        _log = log;
        _meter.CreateObservableGauge("k2.streaming.lag", ObserveLag, "{record}", "Records between the committed position and the end of a partition");
        _meter.CreateObservableGauge("k2.streaming.cache", ObserveCache, "By", "Bytes read from a partition and not yet durable downstream");
    }

    /// <summary>Returns each partition's positions.</summary>
    public async Task<IReadOnlyList<LogPartitionStatus>> ReadAsync(CancellationToken cancellationToken)
    {
        var result = new List<LogPartitionStatus>();
        foreach (var ((topic, partition), session) in _partitions.OrderBy(pair => pair.Key))
        {
            // Committed first: the end read after it can only make the partition look less drained than it is.
            var committed = await _log.CommittedAsync(topic, partition, cancellationToken);
            var end = await _log.EndAsync(topic, partition, cancellationToken);
            result.Add(new LogPartitionStatus(topic, partition, committed, end, session?.Cache.Bytes ?? 0));
        }

        return result;
    }

    /// <summary>Returns whether everything that is in the log now is durable downstream. The first commit of an empty partition comes with its first long poll.</summary>
    public async Task<bool> IsDrainedAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).All(partition => partition.IsDrained);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Attach(IEnumerable<LogQueue> queues)
    {
        foreach (var queue in queues) _partitions.TryAdd((queue.Topic, queue.Partition), null);
    }

    internal void Set(LogQueueSession session) => _partitions[(session.Queue.Topic, session.Queue.Partition)] = session;

    /// <summary>Returns the lags as last heard. A log on the local disk answers at once; one that asks a broker answers for the next collection.</summary>
    private IEnumerable<Measurement<long>> ObserveLag()
    {
        _refreshing = _refreshing.IsCompleted ? RefreshAsync() : _refreshing;
        return _lags.Select(pair => new Measurement<long>(pair.Value, Tags(pair.Key.Topic, pair.Key.Partition)));
    }

    private async Task RefreshAsync()
    {
        foreach (var (topic, partition) in _partitions.Keys)
        {
            try
            {
                var committed = await _log.CommittedAsync(topic, partition, CancellationToken.None);
                _lags[(topic, partition)] = new LogPartitionStatus(topic, partition, committed, await _log.EndAsync(topic, partition, CancellationToken.None), 0).LagRecords;
            }
            catch (Exception failure) when (failure is K2Exception or ObjectDisposedException or OperationCanceledException)
            {
                // An old figure would look as if all were well.
                _lags.TryRemove((topic, partition), out _);
            }
        }
    }

    private IEnumerable<Measurement<long>> ObserveCache() =>
        _partitions.Select(pair => new Measurement<long>(pair.Value?.Cache.Bytes ?? 0, Tags(pair.Key.Topic, pair.Key.Partition)));

    private static KeyValuePair<string, object?>[] Tags(string topic, int partition) => [new("topic", topic), new("partition", partition)];
}
