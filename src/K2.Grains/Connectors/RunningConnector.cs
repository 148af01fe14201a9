using K2.Domain.Instruments;
using K2.Exchanges;

namespace K2.Grains.Connectors;

/// <summary>A worker with its sink, from start to the moment that all it took is durable.</summary>
internal sealed class RunningConnector : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly LogConnectorSink _sink;
    private readonly LivePump _live;
    private readonly Task _running;

    private RunningConnector(ConnectorWorker worker, LogConnectorSink sink, LivePump live, IReadOnlyList<Instrument> instruments)
    {
        Worker = worker;
        Instruments = instruments;
        _sink = sink;
        _live = live;
        _running = Task.Run(() => worker.RunAsync(_stop.Token));
    }

    public ConnectorWorker Worker { get; }

    public IReadOnlyList<Instrument> Instruments { get; }

    /// <summary>Whether the worker has stopped or failed without being told to.</summary>
    public bool HasEnded => _running.IsCompleted;

    public static RunningConnector Start(ConnectorWorker worker, LogConnectorSink sink, LivePump live, IReadOnlyList<Instrument> instruments) => new(worker, sink, live, instruments);

    /// <summary>Stops the worker and returns when all that it took is durable.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        finally
        {
            await _sink.DisposeAsync();
            await _live.DisposeAsync();
            _stop.Dispose();
        }
    }
}
