using System.Globalization;
using System.Runtime.CompilerServices;
using K2.Client.Http;
using K2.Client.Watching;
using K2.Contracts.Connectors;
using K2.Contracts.Hosting;
using K2.Contracts.Http;
using K2.Contracts.Lineage;
using K2.Contracts.Live;
using K2.Contracts.Symbols;
using K2.Contracts.Verification;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Client;

/// <summary>
/// A connection of an app to a K2 platform: stored candles and trades by REST, last trade and live events by Orleans. Thread-safe.
/// Every method throws <see cref="K2ClientException"/> with one sentence when the platform cannot do what is asked, and
/// <see cref="OperationCanceledException"/> when it was cancelled.
/// </summary>
public sealed class K2Client : IAsyncDisposable
{
    /// <summary>Where a silo listens unless told otherwise.</summary>
    public const string DefaultServer = "http://127.0.0.1:8180";

    private const int PageSize = 5_000;
    private readonly K2RestApi _rest;
    private readonly K2ClientOptions _options;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private GatewayConnection? _gateway;
    private long _droppedEvents;
    private bool _disposed;

    private K2Client(SiloEndpoints endpoints, K2RestApi rest, K2ClientOptions options)
    {
        Endpoints = endpoints;
        _rest = rest;
        _options = options;
        Queries = new K2MarketQueries(rest);
        Cold = new K2ColdTables(rest, GatewayAsync, TimeProvider.System);
    }

    /// <summary>The server this client talks to.</summary>
    public SiloEndpoints Endpoints { get; }

    /// <summary>Candles of any interval, days, averages, comparisons and sizes.</summary>
    public K2MarketQueries Queries { get; }

    /// <summary>The cold tables.</summary>
    public K2ColdTables Cold { get; }

    /// <summary>Live events that were dropped because the app read a watch too slowly or they came after their successors, over all watches; each shows as a jump of its watch's sequence.</summary>
    public long DroppedEvents => Volatile.Read(ref _droppedEvents);

    /// <summary>Connects to the platform at an address of its API: asks it for its Orleans gateway and connects to that.</summary>
    public static async Task<K2Client> ConnectAsync(string server = DefaultServer, K2ClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new K2ClientOptions();
        var rest = new K2RestApi(K2RestApi.ParseServer(server), options.RequestTimeout);
        try
        {
            return await FinishAsync(new K2Client(await rest.GetClusterAsync(cancellationToken), rest, options), cancellationToken);
        }
        catch
        {
            rest.Dispose();
            throw;
        }
    }

    /// <summary>Connects to a platform whose addresses are known, for example from the <c>silo.json</c> of its data folder.</summary>
    public static Task<K2Client> ConnectAsync(SiloEndpoints endpoints, K2ClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        options ??= new K2ClientOptions();
        return FinishAsync(new K2Client(endpoints, new K2RestApi(K2RestApi.ParseServer(endpoints.Url), options.RequestTimeout), options), cancellationToken);
    }

    /// <summary>Returns the last trade by (exchange time, trade id), or null before the first.</summary>
    public async Task<TradeView?> GetLastTradeAsync(string exchange, string symbol, CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => cluster.GetGrain<ILiveGrain>(id.ToString()).GetLastTrade(cancellationToken), cancellationToken);
    }

    /// <summary>Returns the stored candles whose window starts in [from, to), oldest first, page by page as they are read.</summary>
    /// <param name="exchange">For example <c>binance</c>.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="timeframe">A whole number of minutes, hours, days or weeks: 1m, 15m, 4h, 3d, 1w.</param>
    /// <param name="from">First window start, or null for the oldest.</param>
    /// <param name="to">End of the window starts, exclusive, or null for the newest.</param>
    /// <param name="fill">Whether windows without trades are filled, marked.</param>
    /// <param name="asOf">Only what was known at this moment, or null for now.</param>
    /// <param name="snapshot">A state of the cold table, without the warehouse's rows; null for all current rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<CandleView> GetCandlesAsync(
        string exchange, string symbol, string timeframe, DateTimeOffset? from = null, DateTimeOffset? to = null, bool fill = false, DateTimeOffset? asOf = null, ColdMoment? snapshot = null, CancellationToken cancellationToken = default)
    {
        var path = $"{CandlePath(timeframe, Window(Parse(exchange, symbol), from, to, snapshot), fill, asOf)}&order=asc&limit={PageSize}";
        return FollowAsync(path, async (page, token) => await _rest.GetAsync(page, ApiJson.Default.CandlePage, token) is var read ? (read.Data, read.Next) : default, cancellationToken);
    }

    /// <summary>Returns the newest stored candles, newest first; fewer than asked for where a long interval is made of short stored windows.</summary>
    /// <param name="exchange">For example <c>binance</c>.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="timeframe">A whole number of minutes, hours, days or weeks: 1m, 15m, 4h, 3d, 1w.</param>
    /// <param name="count">How many, 1 to 10,000.</param>
    /// <param name="before">Only windows that start before this moment, or null for all.</param>
    /// <param name="live">Whether the forming candle is taken from memory, where it is newer than the stored one.</param>
    /// <param name="fill">Whether windows without trades are filled, marked.</param>
    /// <param name="asOf">Only what was known at this moment, or null for now.</param>
    /// <param name="snapshot">A state of the cold table, without the warehouse's rows; null for all current rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<CandleView>> GetLatestCandlesAsync(
        string exchange, string symbol, string timeframe, int count, DateTimeOffset? before = null, bool live = false, bool fill = false, DateTimeOffset? asOf = null, ColdMoment? snapshot = null, CancellationToken cancellationToken = default)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"{CandlePath(timeframe, Window(Parse(exchange, symbol), null, before, snapshot), fill, asOf)}&order=desc&limit={count}{(live ? "&live=true" : "")}");
        return (await _rest.GetAsync(path, ApiJson.Default.CandlePage, cancellationToken)).Data;
    }

    /// <summary>Returns the stored trades with an exchange time in [from, to), ordered by (exchange time, trade id), page by page as they are read.</summary>
    /// <param name="exchange">For example <c>binance</c>.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="from">First exchange time, or null for the oldest.</param>
    /// <param name="to">End of the exchange times, exclusive, or null for the newest.</param>
    /// <param name="snapshot">A state of the cold table, without the warehouse's rows; null for all current rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public IAsyncEnumerable<TradeView> GetTradesAsync(string exchange, string symbol, DateTimeOffset? from = null, DateTimeOffset? to = null, ColdMoment? snapshot = null, CancellationToken cancellationToken = default)
    {
        var path = $"/v1/trades?{Window(Parse(exchange, symbol), from, to, snapshot)}&order=asc&limit={PageSize}";
        return FollowAsync(path, async (page, token) => await _rest.GetAsync(page, ApiJson.Default.TradePage, token) is var read ? (read.Data, read.Next) : default, cancellationToken);
    }

    /// <summary>Returns the newest stored trades, newest first.</summary>
    /// <param name="exchange">For example <c>binance</c>.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="count">How many, 1 to 10,000.</param>
    /// <param name="before">Only trades with an earlier exchange time, or null for all.</param>
    /// <param name="snapshot">A state of the cold table, without the warehouse's rows; null for all current rows.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<TradeView>> GetLatestTradesAsync(string exchange, string symbol, int count, DateTimeOffset? before = null, ColdMoment? snapshot = null, CancellationToken cancellationToken = default)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/v1/trades?{Window(Parse(exchange, symbol), null, before, snapshot)}&order=desc&limit={count}");
        return (await _rest.GetAsync(path, ApiJson.Default.TradePage, cancellationToken)).Data;
    }

    /// <summary>Returns the configured instruments.</summary>
    public async Task<IReadOnlyList<SymbolView>> GetSymbolsAsync(CancellationToken cancellationToken = default) =>
        (await _rest.GetAsync("/v1/symbols", ApiJson.Default.SymbolPage, cancellationToken)).Data;

    /// <summary>Returns recorded gaps, newest first.</summary>
    /// <param name="exchange">Of one instrument, together with the symbol; null for all.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="state">open, filled or unfillable, or null for all.</param>
    /// <param name="count">The most, 1 to 10,000.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<GapView>> GetGapsAsync(string? exchange = null, string? symbol = null, string? state = null, int count = 500, CancellationToken cancellationToken = default)
    {
        var instrument = exchange is null || symbol is null ? "" : "&" + Window(Parse(exchange, symbol), null, null);
        return (await _rest.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/gaps?limit={count}{instrument}{(state is null ? "" : "&state=" + Uri.EscapeDataString(state))}"), ApiJson.Default.GapPage, cancellationToken)).Data;
    }

    /// <summary>Stops taking an exchange's trades until <see cref="ResumeAsync"/>; what was missed meanwhile is then fetched.</summary>
    public async Task PauseAsync(string exchange, CancellationToken cancellationToken = default)
    {
        var gateway = await GatewayAsync(cancellationToken);
        await gateway.CallAsync(cluster => Connector(cluster, exchange).Pause(), cancellationToken);
    }

    /// <summary>
    /// Stops taking an exchange's trades until <see cref="ResumeAsync"/> and returns how many of those taken are still on their way into the warehouse;
    /// ask again until none is.
    /// </summary>
    public async Task<long> DrainAsync(string exchange, CancellationToken cancellationToken = default)
    {
        var gateway = await GatewayAsync(cancellationToken);
        await gateway.CallAsync(cluster => Connector(cluster, exchange).Drain(), cancellationToken);
        return (await gateway.CallAsync(cluster => Connector(cluster, exchange).GetStatus(), cancellationToken)).LagRecords;
    }

    /// <summary>Takes an exchange's trades again.</summary>
    public async Task ResumeAsync(string exchange, CancellationToken cancellationToken = default)
    {
        var gateway = await GatewayAsync(cancellationToken);
        await gateway.CallAsync(cluster => Connector(cluster, exchange).Resume(), cancellationToken);
    }

    /// <summary>Asks for all past trades of a symbol from a moment on; they are then fetched by the platform, whether or not anyone waits.</summary>
    public async Task<BackfillProgress> BackfillAsync(string exchange, string symbol, DateTimeOffset from, CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => Connector(cluster, exchange).Backfill(id.Symbol, from.UtcDateTime), cancellationToken);
    }

    /// <summary>Returns how far a request for past trades is.</summary>
    public async Task<BackfillProgress> GetBackfillProgressAsync(string exchange, string symbol, BackfillProgress request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => Connector(cluster, exchange).GetBackfillProgress(id.Symbol, request.FirstId, request.LastId), cancellationToken);
    }

    /// <summary>Sends lines of a published trade file; lines that are known change nothing.</summary>
    public async Task<ImportOutcome> ImportAsync(string exchange, string symbol, ImportChunk chunk, CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => Connector(cluster, exchange).Import(chunk with { Symbol = id.Symbol }), cancellationToken);
    }

    /// <summary>Compares a symbol's closed candles with those that the exchange publishes.</summary>
    /// <param name="exchange">For example <c>binance</c>.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="hours">How far back, 1 to 720.</param>
    /// <param name="cancellationToken">Ends the waiting; the comparison goes on.</param>
    public async Task<SymbolVerification> VerifyAsync(string exchange, string symbol, int hours = 24, CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => cluster.GetGrain<IExchangeVerifierGrain>(id.Exchange.ToName()).Verify(id.Symbol, hours), cancellationToken);
    }

    /// <summary>Has a symbol's rows derived again from raw frames or trades; while that runs already, returns the progress of that.</summary>
    public async Task<RebuildProgress> RebuildAsync(string exchange, string symbol, RebuildRequest request, CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => cluster.GetGrain<IRebuildGrain>(id.ToString()).Start(request), cancellationToken);
    }

    /// <summary>Returns how far a symbol's last rebuild is, or null if its silo knows of none (any more).</summary>
    public async Task<RebuildProgress?> GetRebuildProgressAsync(string exchange, string symbol, CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var gateway = await GatewayAsync(cancellationToken);
        return await gateway.CallAsync(cluster => cluster.GetGrain<IRebuildGrain>(id.ToString()).GetProgress(), cancellationToken);
    }

    /// <summary>Returns counters, connections and symbols of the platform.</summary>
    public Task<PlatformStatus> GetStatusAsync(CancellationToken cancellationToken = default) => _rest.GetAsync("/v1/status", ApiJson.Default.PlatformStatus, cancellationToken);

    /// <summary>
    /// Returns what happens to an instrument from now on, in order, until the enumeration is left or cancelled. Events are not durable: a jump of
    /// <see cref="LiveEvent.Sequence"/> means that some were lost, on the way, with their server, or because the app was slower than
    /// <see cref="K2ClientOptions.WatchCapacity"/> events (then the oldest are dropped and <see cref="DroppedEvents"/> counts them).
    /// Candles are absolute, so the next event makes up for a lost one; lost trades can be read with <see cref="GetTradesAsync"/>.
    /// An event waits up to 50 ms for one that was sent before it. Throws <see cref="K2ClientException"/> when the server goes away.
    /// </summary>
    public async IAsyncEnumerable<LiveEvent> WatchAsync(string exchange, string symbol, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        var watch = new LiveWatch(await GatewayAsync(cancellationToken), id, _options, () => Interlocked.Increment(ref _droppedEvents));
        await foreach (var liveEvent in watch.RunAsync(cancellationToken)) yield return liveEvent;
    }

    /// <summary>
    /// Returns closed candles and their revisions: first all stored ones behind a version, then what comes, in the order of the instrument's log, each
    /// (timeframe, window, revision) once and none left out, until the enumeration is left or cancelled. They are durable before they are told. Throws
    /// <see cref="K2ClientException"/> when the server goes away: connect again and go on from the last event's <see cref="CandleEvent.Version"/> less
    /// one (several events may share a version).
    /// </summary>
    /// <param name="exchange">For example <c>binance</c>.</param>
    /// <param name="symbol">For example <c>BTC/USDT</c>.</param>
    /// <param name="timeframe">1m, 5m, 15m, 30m, 1h or 1d; null for all.</param>
    /// <param name="fromVersion">Begins behind this version: 0 for the oldest, null for what happens from now on.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public async IAsyncEnumerable<CandleEvent> WatchCandlesAsync(
        string exchange, string symbol, string? timeframe = null, long? fromVersion = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = Parse(exchange, symbol);
        if (timeframe is not null && !Timeframes.TryParse(timeframe, out _)) throw new K2ClientException($"'{timeframe}' is no timeframe: write one of {string.Join(", ", Timeframes.All.Select(frame => frame.ToName()))}.");
        var watch = new CandleWatch(await GatewayAsync(cancellationToken), id, timeframe, _options);
        await foreach (var happened in watch.RunAsync(fromVersion, cancellationToken)) yield return happened;
    }

    /// <summary>Ends all watches and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connecting.WaitAsync();
        try
        {
            if (_disposed) return;
            _disposed = true;
            if (_gateway is not null) await _gateway.DisposeAsync();
            _rest.Dispose();
        }
        finally
        {
            _connecting.Release();
        }
    }

    private static async Task<K2Client> FinishAsync(K2Client client, CancellationToken cancellationToken)
    {
        if (client._options.ConnectGatewayOnFirstUse) return client;
        try
        {
            await client.GatewayAsync(cancellationToken);
            return client;
        }
        catch
        {
            await client.DisposeAsync();
            throw;
        }
    }

    private static IExchangeConnectorGrain Connector(IGrainFactory cluster, string exchange) =>
        ExchangeNames.TryParse(exchange, out var known)
            ? cluster.GetGrain<IExchangeConnectorGrain>(known.ToName())
            : throw new K2ClientException($"'{exchange}' is no exchange: write {string.Join(", ", ExchangeNames.All.Select(name => name.ToName()))}.");

    private static InstrumentId Parse(string exchange, string symbol) =>
        !ExchangeNames.TryParse(exchange, out var known) ? throw new K2ClientException($"'{exchange}' is no exchange: write {string.Join(", ", ExchangeNames.All.Select(name => name.ToName()))}.")
        : !InstrumentId.TryCreate(known, symbol, out var id) ? throw new K2ClientException($"'{symbol}' is no symbol: write BASE/QUOTE, for example BTC/USDT.")
        : id;

    private static string CandlePath(string interval, string window, bool fill, DateTimeOffset? asOf) =>
        $"/v1/ohlcv/{RequestPath.Interval(interval)}?{window}{RequestPath.Moment("as_of", asOf)}{(fill ? "&fill=true" : "")}";

    private static string Window(InstrumentId id, DateTimeOffset? from, DateTimeOffset? to, ColdMoment? snapshot = null) =>
        $"exchange={id.Exchange.ToName()}&symbol={Uri.EscapeDataString(id.UrlSymbol)}{RequestPath.Moment("from", from)}{RequestPath.Moment("to", to)}{(snapshot is null ? "" : $"&snapshot={snapshot}")}";

    private static async IAsyncEnumerable<T> FollowAsync<T>(
        string path, Func<string, CancellationToken, Task<(System.Collections.Immutable.ImmutableArray<T> Data, string? Next)>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (string? next = path; next is not null;)
        {
            (var data, next) = await read(next, cancellationToken);
            foreach (var row in data) yield return row;
        }
    }

    private async Task<GatewayConnection> GatewayAsync(CancellationToken cancellationToken)
    {
        await _connecting.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _gateway ??= await GatewayConnection.ConnectAsync(Endpoints, _options, cancellationToken);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
