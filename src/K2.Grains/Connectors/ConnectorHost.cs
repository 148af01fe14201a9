using System.Collections.Immutable;
using System.Collections.Concurrent;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Contracts.Connectors;
using K2.Contracts.Verification;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Gaps;
using K2.Exchanges.Imports;
using K2.Exchanges.Listings;
using K2.Exchanges.Rest;
using K2.Grains.Verification;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Connectors;

/// <summary>Runs the workers of this silo's exchanges. Thread-safe.</summary>
public sealed class ConnectorHost(
    ConnectorHostOptions options,
    InstrumentTable instruments,
    IEnumerable<IExchangeAdapter> adapters,
    ILog log,
    IGrainFactory grains,
    IWarehouseReader reader,
    CandleBookOptions candles,
    PipelineCounters counters,
    IProtocolProbe probe,
    TimeProvider time,
    ILoggerFactory loggers) : IConnectorHost, IAsyncDisposable
{
    private static readonly TimeSpan TakeUpLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TakeUpPoll = TimeSpan.FromMilliseconds(50);
    private readonly ConcurrentDictionary<(Exchange Exchange, bool IsSecond), RunningConnector> _running = new();
    private readonly ConcurrentDictionary<Exchange, RestApi> _rests = new();
    private readonly SemaphoreSlim _change = new(1, 1);
    private ConnectorMetrics? _metrics;
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5), AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    /// <inheritdoc/>
    public IReadOnlyList<string> Configured(Exchange exchange) => options.Instruments.Where(i => i.Id.Exchange == exchange).Select(i => i.Id.Symbol).ToList();

    /// <inheritdoc/>
    public bool HasPairs => options.Pairs;

    /// <inheritdoc/>
    public async Task StartAsync(Exchange exchange, IReadOnlyList<string> symbols, bool isSecond = false)
    {
        var key = (exchange, isSecond);
        var wanted = symbols.Select(symbol => Find(exchange, symbol)).ToList();
        await _change.WaitAsync();
        try
        {
            if (_running.TryGetValue(key, out var current))
            {
                if (current.Instruments.SequenceEqual(wanted) && !current.HasEnded) return;
                await EndAsync(key, current);
            }

            if (wanted.Count == 0) return;
            _metrics ??= new ConnectorMetrics(() => [.. _running.Keys.Order().Select(one => (Status(one.Exchange, one.IsSecond), one.IsSecond))], time);
            _running[key] = await ConnectAsync(Adapter(exchange), wanted, isSecond ? FeedPart.Second : options.Pairs ? FeedPart.First : FeedPart.Only);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <inheritdoc/>
    public async Task StopAsync(Exchange exchange, bool isSecond = false)
    {
        await _change.WaitAsync();
        try
        {
            if (_running.TryGetValue((exchange, isSecond), out var current)) await EndAsync((exchange, isSecond), current);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <inheritdoc/>
    public ConnectorStatus Status(Exchange exchange, bool isSecond = false)
    {
        var workers = _running.TryGetValue((exchange, isSecond), out var running) ? running.Workers : [];
        var feed = running?.Feed;
        return new ConnectorStatus
        {
            Exchange = exchange.ToName(),

            // Of several connections the one that is furthest from streaming says how the exchange is.
            State = workers.Count == 0 ? "idle" : workers.MinBy(worker => worker.State == ConnectorState.Waiting ? ConnectorState.Idle : worker.State)!.State.ToString().ToLowerInvariant(),
            Desired = [.. running?.Instruments.Select(i => i.Id.Symbol) ?? []],
            Confirmed = [.. workers.SelectMany(worker => worker.Confirmed).Select(id => id.Symbol)],
            Refused = workers.SelectMany(worker => worker.Refused).Concat(running?.Problems ?? ImmutableDictionary<InstrumentId, string>.Empty).DistinctBy(refused => refused.Key).ToImmutableDictionary(refused => refused.Key.Symbol, refused => refused.Value),
            LastError = workers.Select(worker => worker.LastError).FirstOrDefault(error => error.Length > 0) ?? "",
            Connects = workers.Sum(worker => worker.Connects),
            LastFrame = workers.Max(worker => worker.LastFrame?.ToDateTime()),
            OpenGaps = feed?.OpenGaps ?? 0,
            GapsFound = feed?.Opened ?? 0,
            GapsFilled = feed?.Filled ?? 0,
            GapsUnfillable = feed?.GivenUp ?? 0,
            Backfilled = feed?.Backfilled ?? 0,
            BackfillError = feed?.LastError ?? "",
        };
    }

    /// <inheritdoc/>
    public Task<SymbolVerification> VerifyAsync(Exchange exchange, string symbol, TimeSpan range, CancellationToken cancellationToken)
    {
        var adapter = Adapter(exchange);
        return new CandleVerifier(adapter.Candles, Rest(adapter), reader, time).VerifyAsync(Find(exchange, symbol), range, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<BackfillProgress> BackfillAsync(Exchange exchange, string symbol, Timestamp from, CancellationToken cancellationToken)
    {
        var instrument = Find(exchange, symbol);
        return Shown(exchange, await History(exchange).RequestAsync(instrument, from, cancellationToken));
    }

    /// <inheritdoc/>
    public BackfillProgress BackfillProgress(Exchange exchange, string symbol, long firstId, long lastId) => Shown(exchange, History(exchange).Progress(Find(exchange, symbol), firstId, lastId));

    /// <inheritdoc/>
    public async Task<ImportOutcome> ImportAsync(Exchange exchange, ImportChunk chunk, CancellationToken cancellationToken)
    {
        if (options.Source == TradeSource.Simulated) throw new InvalidOperationException("This data folder holds simulated trades, and files hold real ones: start a silo with --source live and its own --data folder.");
        var (import, instrument) = (new TradeImport(Keeper(exchange), time), Find(exchange, chunk.Symbol));
        var counts = await import.TakeAsync(instrument, chunk.Origin, (TradeFileFormat)chunk.Format, chunk.FirstLine, chunk.Lines, cancellationToken);
        var missing = chunk.IsLast ? await import.FinishAsync(instrument, cancellationToken) : 0;
        return new ImportOutcome { Taken = counts.Taken, Known = counts.Known, Overlapping = counts.Overlapping, Bad = counts.Bad, Missing = missing };
    }

    /// <inheritdoc/>
    public ValueTask<long> LagAsync(Exchange exchange) => LogLag.OfAsync(log, topic => topic.Name == TopicNames.Trades(exchange), CancellationToken.None);

    /// <summary>Stops all workers; returns when all that they took is durable in the log.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (exchange, isSecond) in _running.Keys) await StopAsync(exchange, isSecond);
        _metrics?.Dispose();
        _change.Dispose();
        _http.Dispose();
    }

    // An end that fails must not leave behind what can neither go on nor be replaced: the exchange would stand still until the process ends.
    private async Task EndAsync((Exchange Exchange, bool IsSecond) key, RunningConnector connector)
    {
        try
        {
            await connector.DisposeAsync();
        }
        finally
        {
            _running.TryRemove(key, out _);
        }
    }

    private async Task<RunningConnector> ConnectAsync(IExchangeAdapter adapter, List<Instrument> wanted, FeedPart part)
    {
        // A replay repeats what was: nothing of it can be asked for again.
        IReadOnlyList<(Instrument Instrument, FeedStart? Start)>? starts = options.Origins is null ? await StartsAsync(adapter.Exchange, wanted, part) : null;
        var address = options.Addresses.GetValueOrDefault(adapter.Exchange);
        var live = new LivePump(grains);
        var sink = new LogConnectorSink(log, live, counters, probe, options.PendingBatches, time, loggers.CreateLogger<LogConnectorSink>());
        FeedKeeper? keeper = null;
        Backfiller? backfiller = null;
        ListingCheck? listing = null;
        if (starts is not null) keeper = new FeedKeeper(starts, sink, part);
        if (keeper is not null && part != FeedPart.Second)
        {
            backfiller = new Backfiller(adapter.Exchange, adapter.History, keeper, Rest(adapter), options.Backfill, time, loggers.CreateLogger<Backfiller>());
            var filling = backfiller;
            listing = new ListingCheck(adapter.Listing, Rest(adapter), wanted, () => filling.Status.OpenGaps == 0, time, loggers.CreateLogger<ListingCheck>());
        }

        // The second connection went on while there was no first one, and told nobody what it missed.
        Func<CancellationToken, Task>? begin = part == FeedPart.First && keeper is not null ? stop => keeper.OpenHolesAsync(starts!, stop).AsTask() : null;
        var connection = options.Connector with { EndpointOverride = address?.WebSocket ?? options.Connector.EndpointOverride };
        var jitter = new Random(options.JitterSeed);
        var workers = wanted.Chunk(adapter.Limits.StreamsPerConnection).Select(shard => (Func<ConnectorWorker>)(() =>
            new ConnectorWorker(adapter, instruments, shard, connection, keeper is null ? sink : keeper, options.Origins, options.Source, new Random(jitter.Next()), time, loggers.CreateLogger<ConnectorWorker>()))).ToList();
        return new RunningConnector(wanted, workers, sink, live, keeper, backfiller, listing, begin, time, loggers.CreateLogger<RunningConnector>());
    }

    private async Task<IReadOnlyList<(Instrument Instrument, FeedStart? Start)>> StartsAsync(Exchange exchange, IReadOnlyList<Instrument> wanted, FeedPart part)
    {
        // The lag first: what is applied between a look at the checkpoints and one at the lag is in neither. The second of a pair notes no gap, so it needs no more than what is there.
        var hasLag = part != FeedPart.Second && await LagAsync(exchange) > 0;
        var starts = await ReadStartsAsync(wanted);
        if (!hasLag || starts.All(start => start.Start is not null)) return starts;
        await TakeUpAsync(exchange);
        return await ReadStartsAsync(wanted);
    }

    private HistoryRequests History(Exchange exchange) => new(Adapter(exchange).History, Keeper(exchange), Rest(Adapter(exchange)), time);

    private FeedKeeper Keeper(Exchange exchange) => _running.TryGetValue((exchange, false), out var running) && running.Keeper is { } keeper
        ? keeper
        : throw new InvalidOperationException($"{exchange.ToName()} is not connected: past trades come the same way as new ones, so resume it first (a replay has no past).");

    private BackfillProgress Shown(Exchange exchange, HistoryProgress progress) =>
        new() { FirstId = progress.FirstId, LastId = progress.LastId, Known = progress.Known, IsOpen = progress.IsOpen, LastError = Rest(Adapter(exchange)).LastError };

    private IExchangeAdapter Adapter(Exchange exchange) => adapters.FirstOrDefault(a => a.Exchange == exchange) ?? throw new ArgumentException($"this version has no connector for {exchange.ToName()}");

    private RestApi Rest(IExchangeAdapter adapter) => options.Origins is not null ? throw new InvalidOperationException("a replay has no exchange to ask") : _rests.GetOrAdd(adapter.Exchange, exchange =>
    {
        var rest = options.Backfill.Rest;
        rest = rest with { EndpointOverride = options.Addresses.GetValueOrDefault(exchange)?.Rest ?? rest.EndpointOverride };
        return new RestApi(exchange, adapter.History.BaseAddress, adapter.History.Budget, rest, _http, time, loggers.CreateLogger<RestApi>());
    });

    private async Task<IReadOnlyList<(Instrument Instrument, FeedStart? Start)>> ReadStartsAsync(IReadOnlyList<Instrument> wanted)
    {
        var starts = new List<(Instrument, FeedStart?)>();
        foreach (var instrument in wanted) starts.Add((instrument, await ReadStartAsync(instrument)));
        return starts;
    }

    /// <summary>
    /// A symbol without a checkpoint may have records in the log all the same, of a silo that died before its first flush. Their ids must be known before
    /// new trades come: what is missing between both would be missed by nobody. What is appended from now on, as the second of a pair does all the time, needs no waiting for.
    /// </summary>
    private async Task TakeUpAsync(Exchange exchange)
    {
        var start = time.GetTimestamp();
        var topic = log.Topics.First(one => one.Name == TopicNames.Trades(exchange));
        for (var partition = 0; partition < topic.Partitions; partition++)
        {
            var end = await log.EndAsync(topic.Name, partition, CancellationToken.None);
            while (await LogLag.BeforeAsync(log, topic.Name, partition, end, CancellationToken.None) > 0)
            {
                if (time.GetElapsedTime(start) > TakeUpLimit) throw new K2Exception($"{exchange.ToName()}: the log's records must be in the warehouse before its first connection; again soon", isTransient: true);
                await Task.Delay(TakeUpPoll, time);
            }
        }
    }

    /// <summary>What the last checkpoint knows. Records behind it are still in the log: what is fetched once more is known by its ids.</summary>
    private async Task<FeedStart?> ReadStartAsync(Instrument instrument)
    {
        var checkpoint = await reader.ReadCheckpointAsync(instrument.Id, CancellationToken.None);
        if (checkpoint is null) return null;
        var book = CandleBook.Deserialize(instrument, checkpoint.State.Span, candles);
        return new FeedStart(book.IdEpoch, book.Seen.Clone(), book.Gaps);
    }

    private Instrument Find(Exchange exchange, string symbol) =>
        InstrumentId.TryCreate(exchange, symbol, out var id) && instruments.TryGet(id, out var instrument)
            ? instrument
            : throw new ArgumentException($"{exchange.ToName()} has no symbol '{symbol}' in the instruments file");
}
