using System.Collections.Immutable;
using K2.Domain.Instruments;
using K2.Exchanges;
using K2.Exchanges.Gaps;
using K2.Exchanges.Listings;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Connectors;

/// <summary>
/// The connections of one exchange with their backfill, from start to the moment that all they took is durable. A worker that ends without being
/// told to is replaced within a second.
/// </summary>
internal sealed partial class RunningConnector : IAsyncDisposable
{
    private static readonly TimeSpan RestartWait = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _stop = new();
    private readonly LogConnectorSink _sink;
    private readonly LivePump _live;
    private readonly FeedKeeper? _keeper;
    private readonly Backfiller? _backfiller;
    private readonly ListingCheck? _listing;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConnectorWorker[] _workers;
    private readonly Task _running;
    private readonly Task _filling;
    private readonly Task _listed;
    private int _isDisposed;

    /// <summary>Starts everything.</summary>
    /// <param name="instruments">What is taken.</param>
    /// <param name="workers">Make the workers, one a connection; each is called again when its worker has failed.</param>
    /// <param name="sink">Takes what is read.</param>
    /// <param name="live">Passes it on to the live grains.</param>
    /// <param name="keeper">Follows the ids before the sink, or null in a replay.</param>
    /// <param name="backfiller">Fills gaps, or null in a replay.</param>
    /// <param name="listing">Asks what the exchange trades, or null in a replay.</param>
    /// <param name="begin">Runs before the backfill does, beside the connections; or null.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">Log of failures.</param>
    public RunningConnector(
        IReadOnlyList<Instrument> instruments,
        IReadOnlyList<Func<ConnectorWorker>> workers,
        LogConnectorSink sink,
        LivePump live,
        FeedKeeper? keeper,
        Backfiller? backfiller,
        ListingCheck? listing,
        Func<CancellationToken, Task>? begin,
        TimeProvider time,
        ILogger logger)
    {
        Instruments = instruments;
        _sink = sink;
        _live = live;
        _keeper = keeper;
        _backfiller = backfiller;
        _listing = listing;
        _time = time;
        _logger = logger;
        _workers = [.. workers.Select(make => make())];
        _running = Task.WhenAll(workers.Select((make, index) => Task.Run(() => KeepAsync(make, index))));
        _filling = backfiller is null ? Task.CompletedTask : Task.Run(() => FillAsync(backfiller, begin));
        _listed = listing is null ? Task.CompletedTask : Task.Run(() => listing.RunAsync(_stop.Token));
    }

    /// <summary>What each connection does.</summary>
    public IReadOnlyList<ConnectorWorkerStatus> Workers => [.. _workers.Select(worker => worker.Status)];

    /// <summary>What was missing and what became of it, or null in a replay.</summary>
    public FeedStatus? Feed => _backfiller?.Status;

    /// <summary>What the exchange says is wrong with instruments.</summary>
    public IReadOnlyDictionary<InstrumentId, string> Problems => _listing?.Problems ?? ImmutableDictionary<InstrumentId, string>.Empty;

    public IReadOnlyList<Instrument> Instruments { get; }

    /// <summary>Follows the ids, or null in a replay.</summary>
    public FeedKeeper? Keeper => _keeper;

    /// <summary>Whether connections or backfill have ended, so that the connector should be started anew.</summary>
    public bool HasEnded => _running.IsCompleted || (_backfiller is not null && _filling.IsCompleted);

    /// <summary>Stops and returns when all that was taken is durable; again does nothing. What fails while it ends is in the log only: the connector has ended all the same, and another may begin.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll(_running, _filling, _listed);
        }
        catch (Exception failure)
        {
            LogEndFailed(failure, Instruments[0].Id.Exchange);
        }

        await _sink.DisposeAsync();
        await _live.DisposeAsync();
        _stop.Dispose();
    }

    private async Task FillAsync(Backfiller backfiller, Func<CancellationToken, Task>? begin)
    {
        try
        {
            if (begin is not null) await begin(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }

        await backfiller.RunAsync(_stop.Token);
    }

    private async Task KeepAsync(Func<ConnectorWorker> make, int index)
    {
        while (true)
        {
            try
            {
                await _workers[index].RunAsync(_stop.Token);
                return;
            }
            catch (Exception failure) when (!_stop.IsCancellationRequested)
            {
                LogWorkerFailed(failure, Instruments[0].Id.Exchange);
            }

            await Task.Delay(RestartWait, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested) return;
            _workers[index] = make();
        }
    }

    [LoggerMessage(EventId = 2306, Level = LogLevel.Warning, Message = "{Exchange}: something failed while the connector ended; what was read is in the log, what was not is a gap")]
    private partial void LogEndFailed(Exception failure, Exchange exchange);

    [LoggerMessage(EventId = 2305, Level = LogLevel.Error, Message = "{Exchange}: a connection's worker failed and is replaced")]
    private partial void LogWorkerFailed(Exception failure, Exchange exchange);
}
