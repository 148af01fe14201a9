using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Raw;

/// <summary>The archiving of one partition while it runs.</summary>
internal sealed class RunningArchiver : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LogArchiver _archiver;
    private readonly Task _running;

    /// <summary>Starts archiving.</summary>
    public RunningArchiver(ILog log, IWarehouseWriter writer, IRawFrameIndex stored, string topic, int partition, ArchiverOptions options, TimeProvider time, ILogger logger)
    {
        _archiver = new LogArchiver(log, writer, stored, topic, partition, options, time, logger);

        // Not on the grain's scheduler: an insert must not wait for its turn.
        _running = Task.Run(() => _archiver.RunAsync(_stop.Token));
    }

    /// <summary>Ends gathering, so that whatever is in the log is archived at once.</summary>
    public void Hurry() => _archiver.Hurry();

    /// <summary>Stops; what is not yet archived stays in the log for the next one.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _archiver.Dispose();
        _stop.Dispose();
    }
}
