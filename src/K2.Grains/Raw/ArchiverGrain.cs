using System.Globalization;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Raw;

/// <summary>
/// Lets one silo of the cluster archive a partition, apart from the trade path: a slow archive never delays a candle. Should two do it at the same
/// moment, frames may stand in two chunks of other bounds.
/// </summary>
[GrainType("archiver")]
[KeepAlive]
internal sealed class ArchiverGrain(ILog log, IWarehouseWriter writer, IRawFrameIndex stored, TimeProvider time, ILogger<ArchiverGrain> logger) : Grain, IArchiverGrain, IAsyncDisposable
{
    private RunningArchiver? _running;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var slash = key.LastIndexOf('/');
        _running = new RunningArchiver(log, writer, stored, key[..slash], int.Parse(key.AsSpan(slash + 1), CultureInfo.InvariantCulture), new ArchiverOptions(), time, logger);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_running is not { } running) return;
        _running = null;
        await running.DisposeAsync();
    }

    public Task Keep() => Task.CompletedTask;

    public Task Hurry()
    {
        _running?.Hurry();
        return Task.CompletedTask;
    }
}
