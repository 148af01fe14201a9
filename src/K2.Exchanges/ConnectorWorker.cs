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
/// Keeps one connection to an exchange: connects, subscribes, reads, hands over, and connects again whenever the connection ends. Messages of
/// one connection are handed over in order, each once; what a lost connection did not deliver is missing until it is backfilled.
/// </summary>
public sealed partial class ConnectorWorker
{
    private readonly ConnectionContext _context;
    private readonly Backoff _backoff;
    private readonly ILogger _logger;
    private readonly ImmutableArray<InstrumentId> _desired;
    private volatile Snapshot _snapshot = new();
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
        ILogger logger)
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
            Parser = adapter.CreateParser(instruments),
            Desired = [.. desired.Distinct()],
            Options = options,
            Sink = sink,
            Feed = sink as IFeedWatch,
            Origins = origins,
            Source = source,
            Time = time,
            Counters = new WorkerCounters(),
            OnSubscriptions = ShowSubscriptions,
        };
        _backoff = new Backoff(options.BackoffMin, options.BackoffMax, jitter);
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
                var end = await ConnectAndReadAsync(stop, drain.Token);
                if (stop.IsCancellationRequested) break;

                if (end.WasUseful) _backoff.Reset();
                var wait = _backoff.Next(end.RetryAfter);
                LogWaiting(_context.Adapter.Exchange, end.Reason, wait);
                _snapshot = _snapshot with { State = ConnectorState.Waiting, Confirmed = [], LastError = end.Reason };
                await Task.Delay(wait, _context.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            _snapshot = _snapshot with { State = ConnectorState.Stopped, Confirmed = [] };
            LogStopped(_context.Adapter.Exchange, _context.Counters.Frames, _context.Counters.Trades);
        }
    }

    private async Task<ConnectionEnd> ConnectAndReadAsync(CancellationToken stop, CancellationToken drain)
    {
        var connectionId = $"{_context.Adapter.Exchange.ToName()}-{_context.Time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture)}-{Guid.NewGuid():N}";
        _snapshot = _snapshot with { State = ConnectorState.Connecting, ConnectionId = connectionId, Confirmed = [], Refused = ImmutableDictionary<InstrumentId, string>.Empty };
        return await new ExchangeConnection(_context, connectionId).RunAsync(Opened, stop, drain);
    }

    private void Opened()
    {
        _snapshot = _snapshot with { State = ConnectorState.Subscribing, Connects = _snapshot.Connects + 1 };
        LogConnected(_context.Adapter.Exchange, _snapshot.ConnectionId);
    }

    private void ShowSubscriptions(SubscriptionBook subscriptions)
    {
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
