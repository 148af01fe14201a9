using K2.Abstractions.Log;
using K2.Contracts.Cold;
using K2.Contracts.Connectors;
using K2.Contracts.Retention;
using K2.Contracts.Verification;
using K2.Domain.Instruments;
using K2.Grains.Raw;
using Microsoft.Extensions.Logging;

namespace K2.Grains;

/// <summary>
/// Keeps the grains active that no message would activate: the exchanges' connectors and the archivers of raw frames and dead letters. Every silo of a
/// cluster has one; of a silo that dies the others take these grains over within <see cref="Period"/> after its death is known.
/// </summary>
public sealed partial class GrainKeeper : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(5);
    private readonly IGrainFactory _grains;
    private readonly ILog _log;
    private readonly IReadOnlyList<Exchange> _connected;
    private readonly IReadOnlyList<string> _coldTables;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(string Topic, int Partition)> _archived;
    private Task _keeping = Task.CompletedTask;

    // Until the daily checks are reminded of.
    private bool _verifies;
    private bool _isRetentionScheduled;
    private bool _isColdScheduled;

    private GrainKeeper(IGrainFactory grains, ILog log, IReadOnlyList<Exchange> connected, IReadOnlyList<string> coldTables, bool verifies, TimeProvider time, ILogger logger)
    {
        _coldTables = coldTables;
        _verifies = verifies;
        _grains = grains;
        _log = log;
        _connected = connected;
        _time = time;
        _logger = logger;
        _archived = [.. log.Topics
            .Where(topic => topic.Name == TopicNames.DeadLetters || topic.Name.EndsWith(".raw", StringComparison.Ordinal))
            .SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(partition => (topic.Name, partition)))];
    }

    /// <summary>Activates all of them, and goes on to do so.</summary>
    /// <param name="grains">The cluster's grains.</param>
    /// <param name="log">Its raw topics and dead letters are archived.</param>
    /// <param name="connected">The exchanges that the platform connects to.</param>
    /// <param name="coldTables">The cold tables that are to be kept.</param>
    /// <param name="verifies">Whether their candles are compared with their own every day.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">Log of failures.</param>
    public static async Task<GrainKeeper> StartAsync(IGrainFactory grains, ILog log, IReadOnlyList<Exchange> connected, IReadOnlyList<string> coldTables, bool verifies, TimeProvider time, ILogger<GrainKeeper> logger)
    {
        var keeper = new GrainKeeper(grains, log, connected, coldTables, verifies, time, logger);
        try
        {
            await keeper.KeepAllAsync();
        }
        catch (Exception later) when (later is not ArgumentException)
        {
            // Another silo may just have died, and its grains not yet be known to be free.
            keeper.LogNotKept(later);
        }

        keeper._keeping = Task.Run(keeper.RunAsync);
        return keeper;
    }

    /// <summary>Ends the intake of all connectors, and returns when all they took is in the warehouse: trades by the given lag, frames and dead letters too.</summary>
    /// <param name="lag">Returns how many records of trades are in the log and not yet in the warehouse.</param>
    /// <param name="tradesDone">Is called between trades and frames.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task DrainAsync(Func<CancellationToken, Task<long>> lag, Action tradesDone, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lag);
        ArgumentNullException.ThrowIfNull(tradesDone);
        foreach (var exchange in _connected) await _grains.GetGrain<IExchangeConnectorGrain>(exchange.ToName()).Drain().WaitAsync(cancellationToken);
        while (await lag(cancellationToken) > 0) await Task.Delay(DrainPoll, _time, cancellationToken);
        tradesDone();
        foreach (var (topic, partition) in _archived) await Archiver(topic, partition).Hurry().WaitAsync(cancellationToken);
        foreach (var (topic, partition) in _archived)
        {
            var end = await _log.EndAsync(topic, partition, cancellationToken);
            while (end.Offset > 0 && await _log.CommittedAsync(topic, partition, cancellationToken) < end) await Task.Delay(DrainPoll, _time, cancellationToken);
        }
    }

    /// <summary>Brings the cold tables up to what is in the warehouse, and returns the runs.</summary>
    public async Task<IReadOnlyList<ColdRun>> ExportAsync(CancellationToken cancellationToken)
    {
        var runs = new List<ColdRun>();
        foreach (var table in _coldTables) runs.Add(await ColdRuns.RunAsync(_grains.GetGrain<IColdExportGrain>(table), new ColdJob { Work = ColdWork.Export }, _time, cancellationToken));
        return runs;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _keeping;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await KeepAllAsync().WaitAsync(_stop.Token);
                }
                catch (Exception failure) when (!_stop.IsCancellationRequested)
                {
                    // While the cluster changes a call may fail: the next one comes soon.
                    LogNotKept(failure);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    private async Task KeepAllAsync()
    {
        await Task.WhenAll(
            [.. _connected.Select(exchange => _grains.GetGrain<IExchangeConnectorGrain>(exchange.ToName()).Keep()), .. _archived.Select(part => Archiver(part.Topic, part.Partition).Keep())]);
        if (!_isRetentionScheduled) await _grains.GetGrain<IRetentionGrain>(IRetentionGrain.Key).Schedule();
        _isRetentionScheduled = true;
        if (!_isColdScheduled) await Task.WhenAll(_coldTables.Select(table => _grains.GetGrain<IColdExportGrain>(table).Schedule()));
        _isColdScheduled = true;
        if (!_verifies) return;
        await Task.WhenAll(_connected.Select(exchange => _grains.GetGrain<IExchangeVerifierGrain>(exchange.ToName()).Schedule()));
        _verifies = false;
    }

    private IArchiverGrain Archiver(string topic, int partition) => _grains.GetGrain<IArchiverGrain>($"{topic}/{partition}");

    [LoggerMessage(EventId = 2401, Level = LogLevel.Information, Message = "A connector or archiver could not be reached; again soon")]
    private partial void LogNotKept(Exception failure);
}
