using System.Collections.Concurrent;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Contracts.Connectors;
using K2.Domain.Instruments;
using K2.Exchanges;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Connectors;

/// <summary>Runs the workers of this silo's exchanges. Thread-safe.</summary>
public sealed class ConnectorHost(
    ConnectorHostOptions options,
    InstrumentTable instruments,
    IEnumerable<IExchangeAdapter> adapters,
    ILog log,
    IGrainFactory grains,
    PipelineCounters counters,
    IProtocolProbe probe,
    TimeProvider time,
    ILoggerFactory loggers) : IConnectorHost, IAsyncDisposable
{
    private readonly ConcurrentDictionary<Exchange, RunningConnector> _running = new();
    private readonly SemaphoreSlim _change = new(1, 1);

    /// <inheritdoc/>
    public IReadOnlyList<string> Configured(Exchange exchange) => options.Instruments.Where(i => i.Id.Exchange == exchange).Select(i => i.Id.Symbol).ToList();

    /// <inheritdoc/>
    public async Task StartAsync(Exchange exchange, IReadOnlyList<string> symbols)
    {
        var wanted = symbols.Select(symbol => Find(exchange, symbol)).ToList();
        await _change.WaitAsync();
        try
        {
            if (_running.TryGetValue(exchange, out var current))
            {
                if (current.Instruments.SequenceEqual(wanted) && !current.HasEnded) return;
                await current.DisposeAsync();
                _running.TryRemove(exchange, out _);
            }

            if (wanted.Count == 0) return;
            var adapter = adapters.FirstOrDefault(a => a.Exchange == exchange) ?? throw new ArgumentException($"this version has no connector for {exchange.ToName()}");
            var live = new LivePump(grains);
            var sink = new LogConnectorSink(log, live, counters, probe, options.PendingBatches, time, loggers.CreateLogger<LogConnectorSink>());
            var worker = new ConnectorWorker(adapter, instruments, wanted, options.Connector, sink, options.Origins, options.Source, new Random(options.JitterSeed), time, loggers.CreateLogger<ConnectorWorker>());
            _running[exchange] = RunningConnector.Start(worker, sink, live, wanted);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(Exchange exchange)
    {
        await _change.WaitAsync();
        try
        {
            if (_running.TryGetValue(exchange, out var current))
            {
                await current.DisposeAsync();
                _running.TryRemove(exchange, out _);
            }
        }
        finally
        {
            _change.Release();
        }
    }

    /// <inheritdoc/>
    public ConnectorStatus Status(Exchange exchange)
    {
        var worker = _running.TryGetValue(exchange, out var running) ? running.Worker.Status : null;
        return new ConnectorStatus
        {
            Exchange = exchange.ToName(),
            State = worker?.State.ToString().ToLowerInvariant() ?? "idle",
            Desired = [.. running?.Instruments.Select(i => i.Id.Symbol) ?? []],
            Confirmed = [.. (worker?.Confirmed ?? []).Select(id => id.Symbol)],
            LastError = worker?.LastError ?? "",
            Connects = worker?.Connects ?? 0,
            LastFrame = worker?.LastFrame?.ToDateTime(),
        };
    }

    /// <summary>Stops all workers; returns when all that they took is durable in the log.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var exchange in _running.Keys) await StopAsync(exchange);
        _change.Dispose();
    }

    private Instrument Find(Exchange exchange, string symbol) =>
        InstrumentId.TryCreate(exchange, symbol, out var id) && instruments.TryGet(id, out var instrument)
            ? instrument
            : throw new ArgumentException($"{exchange.ToName()} has no symbol '{symbol}' in the instruments file");
}
