using K2.Abstractions.Cold;
using K2.Abstractions.Log;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Contracts.Lineage;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Exchanges;
using K2.Grains.Cold;
using K2.Grains.Connectors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Lineage;

/// <summary>Runs one rebuild of its symbol beside the live path; progress can be asked for at any time.</summary>
[GrainType("rebuild")]
internal sealed partial class RebuildGrain(
    InstrumentTable instruments, IEnumerable<IExchangeAdapter> adapters, ConnectorHostOptions options, CandleBookOptions candles, ILog log, IWarehouseReader reader, ILineageStore store, IRetention retention, IServiceProvider services, TimeProvider time, ILogger<RebuildGrain> logger) : Grain, IRebuildGrain, IAsyncDisposable
{
    // A grain that is not called is deactivated; a rebuild of weeks is watched rarely.
    private static readonly TimeSpan KeepFor = TimeSpan.FromHours(12);
    private readonly CancellationTokenSource _stop = new();

    private Instrument? _instrument;
    private RebuildProgress? _progress;
    private Task _running = Task.CompletedTask;
    private bool _isDisposed;

    private delegate Task Run(RebuildProgress progress, Action<RebuildProgress> report, CancellationToken cancellationToken);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        if (!InstrumentId.TryParse(key, out var id) || !instruments.TryGet(id, out _instrument)) throw new ArgumentException($"{key} is not in the instruments file");
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    public Task<RebuildProgress> Start(RebuildRequest request)
    {
        if (request.From >= request.Until) throw new ArgumentException("the range is empty: [from, until)", nameof(request));
        if (_progress is { Ended: false } running) return Task.FromResult(running);
        DelayDeactivation(KeepFor);
        var progress = _progress = new RebuildProgress { Request = request, Reached = request.From };

        // Not on the grain's scheduler: parsing must not make those wait who ask how far it is.
        var instrument = _instrument!;
        var records = new SymbolRecords(instrument, log, reader, time);
        Run run = request.FromDeadLetters
            ? new LateTradesRun(instrument, records, reader, store, new ColdDayKeeper(services.GetService<IColdTier>(), retention, time)).RunAsync
            : new RebuildRun(instrument, adapters.First(one => one.Exchange == instrument.Id.Exchange), options.Source, candles, records, reader, store).RunAsync;
        _running = Task.Run(() => RunAsync(run, progress));
        return Task.FromResult(progress);
    }

    public Task<RebuildProgress?> GetProgress() => Task.FromResult(_progress);

    private async Task RunAsync(Run run, RebuildProgress progress)
    {
        try
        {
            await run(progress, reached => Volatile.Write(ref _progress, reached), _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What is done stays done; the next run goes on behind it.
        }
        catch (Exception failure)
        {
            LogFailed(failure, this.GetPrimaryKeyString());
            _progress = Volatile.Read(ref _progress)! with { Ended = true, Problem = failure.Message };
        }
    }

    [LoggerMessage(EventId = 2501, Level = LogLevel.Error, Message = "{Instrument}: a rebuild failed")]
    private partial void LogFailed(Exception failure, string instrument);
}
