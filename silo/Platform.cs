using System.Diagnostics;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Api.Status;
using K2.ColdTier;
using K2.Contracts.Hosting;
using K2.Domain.Instruments;
using K2.Grains;
using K2.Grains.Connectors;
using K2.Grains.Hosting;
using K2.Simulator.Replay;
using K2.Streaming.Embedded;
using K2.Warehouse;

namespace K2.Silo;

/// <summary>
/// The platform of this process as one object: data folder → warehouse → log → source → Orleans and web host → connectors and archivers, started in
/// this order and stopped in the reverse one.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromMilliseconds(5);
    private readonly List<(string Closing, IAsyncDisposable Part)> _parts = [];
    private readonly Shutdown _shutdown;
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<Exchange> _exchanges;
    private readonly bool _hasOtherWriters;
    private WarehouseHost? _warehouse;
    private LazyColdTier? _cold;
    private ILog? _log;
    private GrainKeeper? _keeper;
    private ClusterSetup _cluster = null!;
    private ReplayServer? _replay;
    private WebApplication? _app;
    private Stopwatch? _streaming;

    private Platform(SiloOptions options, Shutdown shutdown, TimeProvider time)
    {
        _shutdown = shutdown;
        _exchanges = options.Exchanges;
        _hasOtherWriters = options.Connected.Count < options.Exchanges.Count;
        _time = time;
    }

    public PipelineCounters Counters { get; } = new();

    public SiloEndpoints Endpoints { get; private set; } = null!;

    /// <summary>Where the cold tables are, or null if there are none.</summary>
    public string? ColdLocation => _cold?.Location;

    /// <summary>Why the cold tier cannot be used, or null. Trades are taken and served without it, and it is tried again with every export.</summary>
    public string? ColdProblem { get; private set; }

    /// <summary>From the connectors' start to the moment that the last record was durable, or null while streaming.</summary>
    public TimeSpan? StreamingTime { get; private set; }

    public static long PeakMemoryBytes => Process.GetCurrentProcess().PeakWorkingSet64;

    /// <summary>The highest resident memory of the engine's child seen so far; sampled with the lag.</summary>
    public long EnginePeakMemoryBytes { get; private set; }

    /// <summary>Processor time of the engine's child as last sampled.</summary>
    public TimeSpan EngineCpu { get; private set; }

    public static async Task<Platform> StartAsync(SiloOptions options, DataFolder folder, Shutdown shutdown, TimeProvider time, CancellationToken cancellationToken)
    {
        var platform = new Platform(options, shutdown, time);
        try
        {
            await platform.StartPartsAsync(options, folder, cancellationToken);
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Completes when the source has been played and every frame of it was read.</summary>
    public Task SourceEndedAsync(CancellationToken cancellationToken) => _replay!.Taken.WaitAsync(cancellationToken);

    /// <summary>Tells who asks that this process ends; it goes on to serve until it has.</summary>
    public void StopBeingReady() => _app?.Services.GetRequiredService<Readiness>().Drain();

    /// <summary>
    /// Stops taking frames and returns true when all that was taken is in the warehouse, false when the end had to hurry before. Where other silos or
    /// programs go on there is no end to wait for: the log keeps what this silo has not done.
    /// </summary>
    public async Task<bool> DrainAsync()
    {
        if (_cluster.IsShared || _hasOtherWriters) return true;
        try
        {
            await _keeper!.DrainAsync(LagAsync, () => StreamingTime = _streaming?.Elapsed, _shutdown.Hurry);
            return true;
        }
        catch (OperationCanceledException) when (_shutdown.Hurry.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Brings the cold tables up to the end of a source that has one; returns what went wrong, or null.</summary>
    public async Task<string?> ExportAsync(CancellationToken cancellationToken)
    {
        var bad = (await _keeper!.ExportAsync(cancellationToken)).FirstOrDefault(run => !run.IsGood);
        return bad is null ? null : $"{bad.Table}: {string.Join("; ", bad.Problems)}";
    }

    /// <summary>Returns how many records of trade topics are in the log and not yet in the warehouse.</summary>
    public async Task<long> LagAsync(CancellationToken cancellationToken)
    {
        SampleEngineMemory();
        return await LogLag.OfAsync(_log!, topic => _exchanges.Any(exchange => topic.Name == TopicNames.Trades(exchange)), cancellationToken);
    }

    public Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken) => _warehouse!.Reader.CountAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        StopBeingReady();

        // First what would activate grains anew; then the host stops before it is disposed of, so that they are deactivated while their services still live.
        if (_keeper is not null) await _keeper.DisposeAsync();
        if (_app is not null) await _shutdown.StopAsync(_app);
        for (var i = _parts.Count - 1; i >= 0; i--)
        {
            _shutdown.Step = _parts[i].Closing;
            await _parts[i].Part.DisposeAsync();
        }

        _cold?.Dispose();
        Counters.Dispose();
    }

    private async Task StartPartsAsync(SiloOptions options, DataFolder folder, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var logging = SiloLogging.Configure(builder);
        _parts.Add(("ending the log of lines", logging));
        var probe = SiloConfiguration.Probe(builder.Configuration);
        var instruments = SiloConfiguration.Instruments(options);
        var wanted = SiloConfiguration.Wanted(options, instruments);
        var kafka = KafkaSetup.Settings(builder.Configuration, options.Source);
        var warehouse = SiloConfiguration.Warehouse(options, folder, builder.Configuration);
        var wait = ClusterSetup.Wait(builder.Configuration, _time);
        _cluster = await wait.ForAsync(() => ClusterSetup.ReadAsync(builder.Configuration, options, kafka is not null, warehouse.ConnectionString is not null), cancellationToken);
        _shutdown.Limit = _cluster.ShutdownLimit;
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _cluster.ShutdownLimit);
        var fault = SiloConfiguration.Fault(builder.Configuration);
        var coldSettings = ColdSettings.Read(builder.Configuration);
        var coldOptions = coldSettings.Enabled ? coldSettings.Options(folder).Checked() : null;
        var trades = TradeTopics(options, kafka?.PartitionsPerExchange ?? SiloConfiguration.PartitionsPerExchange);

        _warehouse = await wait.ForAsync(() => WarehouseHost.StartAsync(warehouse, instruments, Counters, probe, _time, logging.Factory, cancellationToken), cancellationToken);
        _parts.Add(("closing the warehouse", _warehouse));
        _shutdown.Hurry.Register(_warehouse.Abandon);
        _shutdown.AtOnce = _warehouse.KillEngine;
        if (coldOptions is not null)
        {
            _cold = new LazyColdTier(coldOptions, _warehouse.Cold, () => _log!, options.Exchanges, instruments, _time);
            ColdProblem = await _cold.TryOpenAsync(cancellationToken);
        }

        _log = await wait.ForAsync(() => OpenLogAsync(options, kafka, trades, instruments, folder, probe, logging.Factory, cancellationToken), cancellationToken);
        _parts.Add(("closing the log", _log));

        _replay = await SiloConfiguration.StartReplayAsync(options, instruments, _time, cancellationToken);
        if (_replay is not null) _parts.Add(("ending the replay", _replay));
        SimulatedMarkets? simulation = null;
        if (options.Source == SourceKind.Simulated && wanted.Where(instrument => options.Connected.Contains(instrument.Id.Exchange) && !options.Addresses.ContainsKey(instrument.Id.Exchange)).ToList() is { Count: > 0 } simulated)
        {
            simulation = await SimulatedMarkets.StartAsync(simulated, options.Seed, _warehouse.Reader, await LagAsync(cancellationToken), _time, cancellationToken);
            _parts.Add(("ending the simulation", simulation));
        }

        builder.WebHost.UseUrls(options.Url);
        builder.AddMetrics(options);
        var started = _time.GetUtcNow();
        builder.Services.AddSingleton<IFatalErrorHandler>(new FatalErrors(_shutdown));
        _cluster.AddOrleans(builder, trades, fault.Stream, new SiloDescription(ProductVersion.Current, options.RoleName, _cluster.Gateway, started));
        builder.AddPlatformServices(options, instruments, wanted, _replay, Addresses(options, simulation), _log, _warehouse, _cold, coldSettings.Schedule(options), _cluster.HasPairs, fault.ReturnsEarly ? new EarlyWriter(_warehouse.Writer) : _warehouse.Writer, Counters, probe, _time, () => Endpoints);
        _app = builder.Build();
        _parts.Add(("handing over what the connections took", _app));
        _app.MapPlatform(options.Role);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException taken)
        {
            throw new StartupException($"The address {options.Url} cannot be listened on ({taken.InnerException?.Message ?? taken.Message}): stop what uses it or give another --urls.", taken);
        }
        catch (Microsoft.AspNetCore.Connections.AddressInUseException taken)
        {
            throw new StartupException($"A port for other silos or for clients is taken ({taken.Message}): set {ClusterSettings.SectionName}:SiloPort and GatewayPort to free ones; a silo alone chooses others when it is started again.", taken);
        }
        catch (Exception alone) when (_cluster.IsShared && alone is Orleans.Runtime.OrleansException or StackExchange.Redis.RedisException)
        {
            throw new StartupException($"The silo could not join the others ({alone.Message.Split('\n')[0]}): see that Redis and the addresses of {ClusterSettings.SectionName} are reached, and start it again.", alone);
        }

        Endpoints = new SiloEndpoints
        {
            ProcessId = Environment.ProcessId,
            Url = _app.Urls.First(),
            ClickHouseUrl = _warehouse.Url.ToString().TrimEnd('/'),
            Gateway = _cluster.Gateway,
            ClusterId = _cluster.ClusterId,
            ServiceId = SiloConfiguration.ServiceId,
            Source = options.Source.ToString().ToLowerInvariant(),
            Started = started,
            Role = options.RoleName,
        };
        folder.Publish(Endpoints);
        _streaming = Stopwatch.StartNew();
        var grains = _app.Services.GetRequiredService<IGrainFactory>();
        _keeper = await GrainKeeper.StartAsync(grains, _log, options.Connected, [.. _cold?.Tables.Select(table => table.Name) ?? []], _replay is null, _time, logging.Factory.CreateLogger<GrainKeeper>());
    }

    private async Task<ILog> OpenLogAsync(
        SiloOptions options, KafkaSettings? kafka, IReadOnlyList<LogTopic> trades, InstrumentTable instruments, DataFolder folder, IProtocolProbe probe, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var highest = new Dictionary<(string Topic, int Partition), K2.Domain.Log.LogPosition>();
        var seen = (IEnumerable<KeyValuePair<InstrumentId, K2.Domain.Log.LogPosition>>)await _warehouse!.Reader.HighestPositionsAsync(cancellationToken);

        // A log that was lost together with the warehouse must not begin below what the cold tier holds: its exports would wait for positions that never come.
        if (_cold is not null && ColdProblem is null) seen = seen.Concat(await _cold.HighestPositionsAsync(cancellationToken));
        foreach (var (instrument, position) in seen)
        {
            if (trades.FirstOrDefault(topic => topic.Name == TopicNames.Trades(instrument.Exchange)) is not { } topic) continue;
            var key = (topic.Name, StablePartitioner.PartitionOf(instrument.ToString(), topic.Partitions));
            if (!highest.TryGetValue(key, out var known) || position > known) highest[key] = position;
        }

        var frames = new List<KeyValuePair<string, K2.Domain.Log.LogPosition>>(
            (await _warehouse.Cold.HighestRawPositionsAsync(cancellationToken)).Select(position => KeyValuePair.Create(position.Key, new K2.Domain.Log.LogPosition(position.Value))));
        if (_cold is not null && ColdProblem is null) frames.AddRange(await _cold.HighestRawPositionsAsync(cancellationToken));
        foreach (var (key, position) in frames)
        {
            var slash = key.IndexOf('/', StringComparison.Ordinal);
            if (!ExchangeNames.TryParse(key[..slash], out var exchange) || !int.TryParse(key.AsSpan(slash + 1), System.Globalization.CultureInfo.InvariantCulture, out var partition)) continue;
            var topic = (TopicNames.Raw(exchange), partition);
            if (!highest.TryGetValue(topic, out var known) || position > known) highest[topic] = position;
        }

        if (kafka is not null) return await KafkaSetup.OpenAsync(kafka, trades, options.Exchanges, instruments, highest, probe, _time, loggers, cancellationToken);
        List<LogTopic> topics = [.. trades, .. options.Exchanges.Select(exchange => new LogTopic(TopicNames.Raw(exchange), 1)), new LogTopic(TopicNames.DeadLetters, 1)];
        return await EmbeddedLog.OpenAsync(new EmbeddedLogOptions { Folder = folder.Log, Topics = topics }, highest, _time, loggers.CreateLogger<EmbeddedLog>(), probe, cancellationToken);
    }

    private static Dictionary<Exchange, ExchangeAddress> Addresses(SiloOptions options, SimulatedMarkets? simulation)
    {
        var addresses = new Dictionary<Exchange, ExchangeAddress>(options.Addresses);
        foreach (var (exchange, address) in simulation?.Addresses ?? new Dictionary<Exchange, ExchangeAddress>()) addresses[exchange] = address;
        return addresses;
    }

    private static List<LogTopic> TradeTopics(SiloOptions options, int partitions) => options.Exchanges.Select(exchange => new LogTopic(TopicNames.Trades(exchange), partitions)).ToList();

    private void SampleEngineMemory()
    {
        if (_warehouse?.EngineProcessId is not { } id) return;
        try
        {
            using var child = Process.GetProcessById(id);
            EnginePeakMemoryBytes = Math.Max(EnginePeakMemoryBytes, child.PeakWorkingSet64);
            EngineCpu = child.TotalProcessorTime;
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException)
        {
            // The child was replaced meanwhile; the next sample sees its successor.
        }
    }
}
