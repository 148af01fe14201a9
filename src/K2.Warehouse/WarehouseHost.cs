using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Warehouse.Cold;
using K2.Warehouse.Embedded;
using K2.Warehouse.Migrations;
using K2.Warehouse.Reading;
using K2.Warehouse.Retention;
using K2.Warehouse.Writing;
using Microsoft.Extensions.Logging;

namespace K2.Warehouse;

/// <summary>The warehouse as one object: an embedded engine (or a server), its schema, a writer and a reader.</summary>
public sealed class WarehouseHost : IAsyncDisposable
{
    // The embedded engine bounds what SQL tools run at once; the platform's own statements do not queue behind them.
    private const string PlatformHeader = "X-K2-Platform";

    // It also collects answers before it sends them, which is quicker for few rows, unless it is told not to.
    private const string StreamHeader = "X-K2-Stream";
    private static readonly TimeSpan CallLimit = TimeSpan.FromMinutes(2);

    // An answer that is streamed to the cold tier lasts as long as its rows are written.
    private static readonly TimeSpan StreamLimit = TimeSpan.FromHours(2);
    private readonly EmbeddedEngine? _engine;
    private readonly (AbandonableHandler Handler, HttpClient Client)[] _requests;
    private readonly ClickHouseClient _client;
    private readonly ClickHouseClient _longClient;
    private readonly ClickHouseWarehouseWriter _writer;
    private readonly WriterMetrics _metrics;
    private readonly TimeProvider _time;

    private WarehouseHost(EmbeddedEngine? engine, Uri url, (AbandonableHandler Handler, HttpClient Client)[] requests, ClickHouseClient client, ClickHouseClient longClient, ClickHouseWarehouseWriter writer, WriterMetrics metrics, IWarehouseReader reader, IWarehouseSummaries summaries, TimeProvider time)
    {
        _engine = engine;
        _requests = requests;
        _client = client;
        _longClient = longClient;
        _writer = writer;
        _metrics = metrics;
        _time = time;
        Url = url;
        Reader = reader;
        RawFrames = new RawFrameIndex(client);
        Lineage = new LineageStore(client);
        Audit = new AuditReader(client);
        Cold = new ClickHouseColdSource(longClient, client);
        Summaries = summaries;
    }

    /// <summary>Address of ClickHouse's HTTP protocol, without credentials.</summary>
    public Uri Url { get; }

    /// <summary>Makes rows durable.</summary>
    public IWarehouseWriter Writer => _writer;

    /// <summary>Reads exact rows.</summary>
    public IWarehouseReader Reader { get; }

    /// <summary>Tells which raw frames are stored.</summary>
    public IRawFrameIndex RawFrames { get; }

    /// <summary>What deriving rows again needs.</summary>
    public ILineageStore Lineage { get; }

    /// <summary>Reads the outcomes of checks and what operators have asked for.</summary>
    public IAuditReader Audit { get; }

    /// <summary>What the cold tier reads and writes.</summary>
    public IColdSource Cold { get; }

    /// <summary>Answers sums and sizes.</summary>
    public IWarehouseSummaries Summaries { get; }

    /// <summary>Process id of the embedded engine's child, or null for a server.</summary>
    public int? EngineProcessId => _engine?.ProcessId;

    /// <summary>Starts the engine if no server is named, brings the schema up to date, and returns when it can be written and read.</summary>
    /// <exception cref="StartupException">The engine cannot be started or the server not be reached.</exception>
    public static async Task<WarehouseHost> StartAsync(
        WarehouseOptions options, InstrumentTable instruments, PipelineCounters counters, IProtocolProbe probe, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var engine = options.ConnectionString is null ? await EmbeddedEngine.StartAsync(options, time, loggers.CreateLogger<EmbeddedEngine>(), cancellationToken) : null;
        var requests = Enumerable.Range(0, 2).Select(_ => new AbandonableHandler(new SocketsHttpHandler { MaxConnectionsPerServer = 32 })).Select(handler => (Handler: handler, Client: new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan })).ToArray();
        var (http, longHttp) = (requests[0].Client, requests[1].Client);
        if (engine is not null)
        {
            foreach (var client in (HttpClient[])[http, longHttp]) client.DefaultRequestHeaders.Add(PlatformHeader, "1");
            longHttp.DefaultRequestHeaders.Add(StreamHeader, "1");
        }

        try
        {
            var settings = engine is null ? new ClickHouseClientSettings(options.ConnectionString!) : new ClickHouseClientSettings { Host = engine.Url.Host, Port = (ushort)engine.Url.Port, Protocol = "http" };
            var client = new ClickHouseClient(new ClickHouseClientSettings(settings) { HttpClient = http, UseCompression = false, Timeout = CallLimit });
            var longClient = new ClickHouseClient(new ClickHouseClientSettings(settings) { HttpClient = longHttp, UseCompression = false, Timeout = StreamLimit });
            try
            {
                await Migrator.RunAsync(client, time, loggers.CreateLogger<SchemaLock>(), cancellationToken);
                if (engine is not null) await BrokenParts.ReportAsync(client, loggers.CreateLogger<WarehouseHost>(), cancellationToken);
            }
            catch (ClickHouseServerException refused)
            {
                throw new StartupException($"ClickHouse at {settings.Host}:{settings.Port} refuses to set up its tables: {refused.Message.Split('\n')[0]}", refused);
            }
            catch (Exception failure) when (failure is HttpRequestException or TimeoutException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested) || (failure is K2Exception && failure is not StartupException))
            {
                throw new StartupException($"ClickHouse at {settings.Host}:{settings.Port} does not answer: check K2__ClickHouse__ConnectionString.", failure) { IsAway = true };
            }

            var url = engine?.Url ?? new Uri($"{settings.Protocol}://{settings.Host}:{settings.Port}");
            var metrics = new WriterMetrics();
            var writer = new ClickHouseWarehouseWriter(options, new BlockSender(client, time, new OutageLog(time, loggers.CreateLogger<OutageLog>()), metrics), counters, probe, metrics, time);
            return new WarehouseHost(engine, url, requests, client, longClient, writer, metrics, new ClickHouseWarehouseReader(client, instruments), new ClickHouseSummaries(client, instruments), time);
        }
        catch
        {
            http.Dispose();
            longHttp.Dispose();
            if (engine is not null) await engine.DisposeAsync();
            throw;
        }
    }

    /// <summary>Returns what drops old partitions that the cold tier holds.</summary>
    public IRetention Retention(IColdCoverage coverage, RetentionOptions options) => new WarehouseRetention(_client, coverage, options, _time);

    /// <summary>Copies a statement's answer unread into a stream; in the format of its FORMAT clause.</summary>
    public async Task QueryRawAsync(string sql, Stream output, CancellationToken cancellationToken)
    {
        using var result = await _longClient.ExecuteRawResultAsync(sql, null, cancellationToken);
        await using var answer = await result.ReadAsStreamAsync();
        await answer.CopyToAsync(output, cancellationToken);
    }

    /// <summary>
    /// Fails what waits for ClickHouse, reads and writes, and everything that is asked of it from now on, so that a process can end while it is away. Rows that were not taken are in the log.
    /// </summary>
    public void Abandon()
    {
        _engine?.Hurry();
        _writer.Abandon();
        foreach (var (handler, client) in _requests)
        {
            handler.Abandon();
            try
            {
                client.CancelPendingRequests();
            }
            catch (ObjectDisposedException)
            {
                // The warehouse is closed but for its engine.
            }
        }
    }

    /// <summary>Ends the engine's child at once, for a process that has no time left. A server is left alone.</summary>
    public void KillEngine() => _engine?.Kill();

    /// <summary>Flushes what waits in the writer and stops the engine.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _metrics.Dispose();
        _client.Dispose();
        _longClient.Dispose();
        foreach (var (_, client) in _requests) client.Dispose();
        if (_engine is not null) await _engine.DisposeAsync();
    }
}
