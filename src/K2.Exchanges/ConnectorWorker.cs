using System.Collections.Immutable;
using System.Globalization;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Connections;
using K2.Exchanges.Gaps;
using Microsoft.Extensions.Logging;

namespace K2.Exchanges;

/// <summary>
/// Keeps one connection to an exchange: connects, subscribes, reads, hands over, and connects again whenever the connection ends. Before the exchange
/// ends it, the next one takes over while it still runs. Messages of one connection are handed over in order, each once; what a lost connection did
/// not deliver is missing until it is backfilled.
/// </summary>
public sealed partial class ConnectorWorker
{
    private static readonly TimeSpan RotationMargin = TimeSpan.FromHours(1);
    private readonly ConnectionContext _context;
    private readonly Backoff _backoff;
    private readonly Random _jitter;
    private readonly ILogger _logger;
    private readonly ImmutableArray<InstrumentId> _desired;
    private volatile Snapshot _snapshot = new();
    private readonly Lock _gate = new();
    private volatile ConnectionRun? _current;
    private int _started;

    /// <summary>Makes a worker; <see cref="RunAsync"/> starts it.</summary>
    /// <param name="adapter">The exchange.</param>
    /// <param name="instruments">All configured instruments; a trade of an instrument that is not in it is rejected.</param>
    /// <param name="desired">The instruments to subscribe to: at least one, all of the table, at most the exchange's streams for one connection.</param>
    /// <param name="options">Behaviour.</param>
    /// <param name="sink">Takes what is read; a <see cref="FeedKeeper"/> is also told what connections may have missed.</param>
    /// <param name="origins">In a replay, says where messages come from; null on a live exchange.</param>
    /// <param name="source">What trades are marked with.</param>
    /// <param name="jitter">Spreads the waits between connections.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="logger">Log of connections, never of messages.</param>
    /// <param name="sockets">Opens the connections; null for the network.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the desired instruments are none, too many, or not in the table.</exception>
    public ConnectorWorker(
        IExchangeAdapter adapter,
        InstrumentTable instruments,
        IReadOnlyList<Instrument> desired,
        ConnectorOptions options,
        IConnectorSink sink,
        IFrameOrigins? origins,
        TradeSource source,
        Random jitter,
        TimeProvider time,
        ILogger logger,
        IWebSockets? sockets = null)
    {
        options.Validate();
        if (desired.Count == 0) throw new ArgumentException("no instrument to subscribe to", nameof(desired));
        if (desired.Count > adapter.Limits.StreamsPerConnection)
            throw new ArgumentException($"{desired.Count} instruments, {adapter.Exchange} allows {adapter.Limits.StreamsPerConnection} on one connection", nameof(desired));
        foreach (var instrument in desired)
        {
            if (instrument.Id.Exchange != adapter.Exchange || !instruments.TryGet(instrument.Id, out var known) || known != instrument)
                throw new ArgumentException($"{instrument.Id} is not an instrument of {adapter.Exchange} in the table", nameof(desired));
        }

        _context = new ConnectionContext
        {
            Adapter = adapter,
            Instruments = instruments,
            Desired = [.. desired.Distinct()],
            Options = options,
            Sink = sink,
            Feed = sink as IFeedWatch,
            Origins = origins,
            Source = source,
            Time = time,
            Sockets = sockets ?? NetworkWebSockets.Instance,
            Counters = new WorkerCounters(),
            OnSubscriptions = _ => { },
        };
        _backoff = new Backoff(options.BackoffMin, options.BackoffMax, jitter);
        _jitter = jitter;
        _logger = logger;
        _desired = [.. _context.Desired.Select(i => i.Id)];
    }

    /// <summary>What the worker does. Thread-safe; the counts may be of slightly different moments.</summary>
    public ConnectorWorkerStatus Status
    {
        get
        {
            var snapshot = _snapshot;
            var counters = _context.Counters;
            var lastFrame = Volatile.Read(ref counters.LastFrameMicroseconds);
            return new ConnectorWorkerStatus
            {
                State = snapshot.State,
                ConnectionId = snapshot.ConnectionId,
                Desired = _desired,
                Confirmed = snapshot.Confirmed,
                Refused = snapshot.Refused,
                LastError = snapshot.LastError,
                Connects = snapshot.Connects,
                LastFrame = lastFrame == 0 ? null : new Timestamp(lastFrame),
                Frames = Volatile.Read(ref counters.Frames),
                Trades = Volatile.Read(ref counters.Trades),
                Rejected = Volatile.Read(ref counters.Rejected),
                OtherStreams = Volatile.Read(ref counters.OtherStreams),
                OtherTradeKinds = Volatile.Read(ref counters.OtherTradeKinds),
                SequenceJumps = Volatile.Read(ref counters.SequenceJumps),
                NotAskedFor = Volatile.Read(ref counters.NotAskedFor),
            };
        }
    }

    /// <summary>
    /// Connects and reads until stopped. At the stop it hands over what was read, with a last watermark, closes the socket and returns; the
    /// messages that were still in the network are left out. Can be called once.
    /// </summary>
    /// <param name="stop">Asks for the stop.</param>
    /// <exception cref="InvalidOperationException">The worker was started before.</exception>
    /// <exception cref="Exception">What the sink threw while it took what was left at the stop: that part is not handed over.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1) throw new InvalidOperationException("a worker runs once");

        using var drain = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _context.Time);
        await using var onStop = stop.Register(() => drain.CancelAfter(_context.Options.DrainTimeout));
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var end = await KeepConnectedAsync(stop, drain.Token);
                if (stop.IsCancellationRequested) break;

                if (end.WasUseful) _backoff.Reset();
                var wait = _backoff.Next(end.RetryAfter);
                LogWaiting(_context.Adapter.Exchange, end.Reason, wait);
                Show(snapshot => snapshot with { State = ConnectorState.Waiting, Confirmed = [], LastError = end.Reason });
                await Task.Delay(wait, _context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
        }
        finally
        {
            Show(snapshot => snapshot with { State = ConnectorState.Stopped, Confirmed = [] });
            LogStopped(_context.Adapter.Exchange, _context.Counters.Frames, _context.Counters.Trades);
        }
    }

    /// <summary>Connects, and replaces the connection before its end for as long as the next one comes up; returns why the last one ended.</summary>
    private async Task<ConnectionEnd> KeepConnectedAsync(CancellationToken stop, CancellationToken drain)
    {
        Show(snapshot => snapshot with { State = ConnectorState.Connecting, Confirmed = [], Refused = ImmutableDictionary<InstrumentId, string>.Empty });
        var run = Begin(stop, drain);
        Adopt(run);
        var age = RotationAge();
        while (await run.ShouldBeReplacedAsync(age, _context.Time) && !stop.IsCancellationRequested)
        {
            if (run.IsAnnounced) Show(snapshot => snapshot with { LastError = "the exchange shuts the connection down" });
            var next = Begin(stop, drain);
            await Task.WhenAny(next.Settled, next.Ended, run.Ended);
            if (next.Ended.IsCompleted)
            {
                LogNotRotated(_context.Adapter.Exchange, run.Id, (await EndAsync(next)).Reason);
                age = _context.Options.RotateRetry;
                if (run.IsAnnounced) break;
                continue;
            }

            LogRotated(_context.Adapter.Exchange, next.Id, run.Id);
            Adopt(next);

            // What the exchange sent before it took up the new connection may still lie unread in the old one's socket.
            using (var over = new CancellationTokenSource())
            {
                var overlap = Task.Delay(_context.Options.RotateOverlap, _context.Time, over.Token);
                await Task.WhenAny(run.Ended, overlap);
                over.CancelNow();
                await overlap.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            await LeaveAsync(run);
            (run, age) = (next, RotationAge());
        }

        return await EndAsync(run);
    }

    private ConnectionRun Begin(CancellationToken stop, CancellationToken drain)
    {
        var id = $"{_context.Adapter.Exchange.ToName()}-{_context.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}";
        return ConnectionRun.Start(_context, id, Opened, ShowSubscriptions, stop, drain);
    }

    /// <summary>Ends the connection that was replaced. What it could not hand over shows as missing on its successor and is fetched.</summary>
    private async Task LeaveAsync(ConnectionRun run)
    {
        try
        {
            await run.StopAsync();
        }
        catch (Exception failure)
        {
            LogNotHandedOver(failure, _context.Adapter.Exchange, run.Id);
        }
        finally
        {
            run.Dispose();
        }
    }

    private static async Task<ConnectionEnd> EndAsync(ConnectionRun run)
    {
        using (run) return await run.Ended;
    }

    private TimeSpan? RotationAge()
    {
        if (_context.Origins is not null) return null;
        if (_context.Options.RotateAfter is { } age) return age;
        return _context.Adapter.Limits.Lifetime is { } life ? life - RotationMargin - (RotationMargin / 2 * _jitter.NextDouble()) : null;
    }

    private void Adopt(ConnectionRun run)
    {
        _current = run;
        Show(snapshot => snapshot with { ConnectionId = run.Id });
        if (run.Subscriptions is not null) ShowSubscriptions(run);
    }

    private void Show(Func<Snapshot, Snapshot> change)
    {
        lock (_gate) _snapshot = change(_snapshot);
    }

    private void Opened(ConnectionRun run)
    {
        Show(snapshot => snapshot with { State = IsCurrent(run) ? ConnectorState.Subscribing : snapshot.State, Connects = snapshot.Connects + 1 });
        LogConnected(_context.Adapter.Exchange, run.Id);
    }

    // A connection may open before the worker has taken note of it.
    private bool IsCurrent(ConnectionRun run) => _current is null || _current == run || _current.Ended.IsCompleted;

    private void ShowSubscriptions(ConnectionRun run)
    {
        if (!IsCurrent(run)) return;
        var subscriptions = run.Subscriptions!;
        foreach (var (id, words) in subscriptions.Refused)
        {
            if (!_snapshot.Refused.ContainsKey(id)) LogRefused(id, words);
        }

        _snapshot = _snapshot with
        {
            State = subscriptions.IsSettled ? ConnectorState.Streaming : ConnectorState.Subscribing,
            Confirmed = [.. subscriptions.Confirmed.Select(i => i.Id)],
            Refused = subscriptions.Refused,
        };
    }

    private sealed record Snapshot
    {
        public ConnectorState State { get; init; }

        public string ConnectionId { get; init; } = "";

        public ImmutableArray<InstrumentId> Confirmed { get; init; } = [];

        public ImmutableDictionary<InstrumentId, string> Refused { get; init; } = ImmutableDictionary<InstrumentId, string>.Empty;

        public string LastError { get; init; } = "";

        public long Connects { get; init; }
    }
}
