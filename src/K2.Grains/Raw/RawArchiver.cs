using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Raw;

/// <summary>
/// Moves raw frames and dead letters of all exchanges from the log to <c>k2.raw_frames</c> and <c>k2.dead_letters</c>, apart from the trade
/// path: a slow archive never delays a candle.
/// </summary>
public sealed class RawArchiver : IAsyncDisposable
{
    private readonly ILog _log;
    private readonly List<(string Topic, int Partition, LogArchiver Archiver)> _archivers = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly Task _running;

    private RawArchiver(ILog log, IWarehouseWriter writer, ArchiverOptions options, TimeProvider time, ILogger logger)
    {
        _log = log;
        _time = time;
        foreach (var topic in log.Topics)
        {
            if (topic.Name != TopicNames.DeadLetters && !topic.Name.EndsWith(".raw", StringComparison.Ordinal)) continue;
            for (var partition = 0; partition < topic.Partitions; partition++)
            {
                _archivers.Add((topic.Name, partition, new LogArchiver(log, writer, topic.Name, partition, options, time, logger)));
            }
        }

        _running = Task.WhenAll(_archivers.Select(part => Task.Run(() => part.Archiver.RunAsync(_stop.Token))));
    }

    /// <summary>Starts archiving every raw topic of the log and its dead letters.</summary>
    public static RawArchiver Start(ILog log, IWarehouseWriter writer, ArchiverOptions options, TimeProvider time, ILogger<RawArchiver> logger) =>
        new(log, writer, options, time, logger);

    /// <summary>Returns when all that is in the log at the call is in the warehouse.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        foreach (var part in _archivers) part.Archiver.Hurry();
        foreach (var (topic, partition, _) in _archivers)
        {
            var end = await _log.EndAsync(topic, partition, cancellationToken);
            while (end.Offset > 0 && await _log.CommittedAsync(topic, partition, cancellationToken) < end)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), _time, cancellationToken);
            }
        }
    }

    /// <summary>Stops; what is not yet archived stays in the log for the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        foreach (var part in _archivers) part.Archiver.Dispose();
        _stop.Dispose();
    }
}
