using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Cli.Rig;
using K2.Cli.Simulation;
using K2.Client;
using K2.Contracts.Hosting;
using K2.Domain.Instruments;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Chaos;

/// <summary>Everything of one phase: simulated exchanges, mock Kafka, Redis and ClickHouse of the harness where the phase has them, and the silos.</summary>
internal sealed class ChaosRig : IAsyncDisposable
{
    private const Exchange Fed = Exchange.Binance;
    // What was traded while a silo was away comes back by REST at the exchanges' own pace: more than this would never be caught up.
    private const int MostBySockets = 3000;
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(200);
    private readonly PipelineCounters _counters = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly CancellationTokenSource _stopFeed = new();
    private readonly List<RigProcess> _silos = [];
    private readonly ChaosOptions _options;
    private readonly ChaosPhase _phase;
    private readonly string _folder;
    private readonly TimeProvider _time;
    private RedisProcess? _redis;
    private WarehouseHost? _warehouse;
    private Task _feeding = Task.CompletedTask;

    private ChaosRig(ChaosOptions options, ChaosPhase phase, TimeProvider time)
    {
        _options = options;
        _phase = phase;
        _folder = Path.Combine(options.Folder, phase.Name);
        _time = time;
    }

    public SimulatedVenues Venues { get; private set; } = null!;

    public ChaosKafka? Kafka { get; private set; }

    public DirectFeed? Feed { get; private set; }

    public IReadOnlyList<RigProcess> Silos => _silos;

    /// <summary>The ClickHouse of the harness; only of a phase with several silos.</summary>
    public WarehouseHost? Warehouse => _warehouse;

    public static async Task<ChaosRig> StartAsync(ChaosOptions options, ChaosPhase phase, InstrumentTable instruments, TimeProvider time, CancellationToken cancellationToken)
    {
        var rig = new ChaosRig(options, phase, time);
        try
        {
            await rig.StartPartsAsync(instruments, cancellationToken);
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>SIGKILL to the ClickHouse that the silos use; it comes back by itself at the same port.</summary>
    public bool KillEngine() => _warehouse is null ? _silos[0].KillEngine() : ProcessSignal.Kill(_warehouse.EngineProcessId);

    /// <summary>Whether every silo has told where it is, and every symbol of the sockets is confirmed: what is traded before that is nobody's.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in _silos)
        {
            var file = Path.Combine(silo.Data, SiloEndpoints.FileName);
            if (!File.Exists(file)) return false;
            var health = await _http.GetAsync(new Uri(new Uri(SiloEndpoints.FromJson(await File.ReadAllTextAsync(file, cancellationToken)).Url), "/health"), cancellationToken);
            if (!health.IsSuccessStatusCode) return false;
        }

        await using var client = await ConnectAsync(cancellationToken);
        var connectors = (await client.GetStatusAsync(cancellationToken)).Connectors;
        return Venues.All.All(venue => connectors.Any(connector => connector.Exchange == venue.Exchange.ToName() && connector.IsConfirmed()));
    }

    /// <summary>Starts trading and feeding.</summary>
    public void Release()
    {
        foreach (var venue in Venues.All) venue.Release();
        if (Feed is not null) _feeding = Task.Run(() => Feed.RunAsync(_stopFeed.Token));
    }

    /// <summary>Ends feeding and trading.</summary>
    public async Task EndLoadAsync()
    {
        foreach (var venue in Venues.All) venue.Hold();
        await _stopFeed.CancelAsync();
        await _feeding;
    }

    /// <summary>Ends the intake of the exchanges, so that the watermarks behind their last trades are in the log: only then all candles are written.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(cancellationToken);
        foreach (var venue in Venues.All)
        {
            while (await client.DrainAsync(venue.Exchange.ToName(), cancellationToken) > 0) await Task.Delay(DrainPoll, _time, cancellationToken);
        }
    }

    /// <summary>Whether what was fed and traded is in the warehouse, and no gap is open.</summary>
    public async Task<bool> HasAllAsync(CancellationToken cancellationToken)
    {
        if (Kafka is not null && !await Kafka.IsDrainedAsync(cancellationToken)) return false;
        foreach (var venue in Venues.All)
        {
            var stored = await QueryAsync($"SELECT uniqExact(canonical_symbol, id_epoch, trade_id) FROM k2.silver_trades_store WHERE exchange = '{venue.Exchange.ToName()}'", cancellationToken);
            if (long.Parse(stored, CultureInfo.InvariantCulture) < venue.Ledger.Trades.Count) return false;
        }

        return await QueryAsync("SELECT count() FROM k2.feed_gaps WHERE state = 'open'", cancellationToken) == "0";
    }

    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        var url = _warehouse?.Url ?? new Uri(SiloEndpoints.FromJson(await File.ReadAllTextAsync(Path.Combine(_silos[0].Data, SiloEndpoints.FileName), cancellationToken)).ClickHouseUrl);
        using var body = new StringContent(sql);
        using var response = await _http.PostAsync(url, body, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text.Trim() : throw new InvalidOperationException($"ClickHouse answered {(int)response.StatusCode}: {text}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stopFeed.CancelAsync();
        foreach (var silo in _silos) silo.Dispose();
        await _feeding;
        if (Kafka is not null) await Kafka.DisposeAsync();
        if (_warehouse is not null) await _warehouse.DisposeAsync();
        if (Venues is not null) await Venues.DisposeAsync();
        _redis?.Dispose();
        _counters.Dispose();
        _http.Dispose();
        _stopFeed.Dispose();
    }

    private async Task<K2Client> ConnectAsync(CancellationToken cancellationToken) => await K2Client.ConnectAsync(
        SiloEndpoints.FromJson(await File.ReadAllTextAsync(Path.Combine(_silos[0].Data, SiloEndpoints.FileName), cancellationToken)),
        new K2ClientOptions { ConnectGatewayOnFirstUse = true },
        cancellationToken);

    private async Task StartPartsAsync(InstrumentTable instruments, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DOTNET_TieredPGO"] = "0", ["DOTNET_gcServer"] = "0" };
        if (_options.Fault.Length > 0) environment["K2__Diagnostics__Fault"] = _options.Fault;
        var sockets = _phase.HasKafka ? ExchangeNames.All.Where(exchange => exchange != Fed).ToList() : [.. ExchangeNames.All];
        var rate = _phase.HasKafka ? _options.ExchangeTradesPerSecond : Math.Min(_options.TradesPerSecond, MostBySockets);
        Venues = await SimulatedVenues.StartAsync(instruments, sockets, new SimulationOptions { Seed = (ulong)_options.Seed, TradesPerSecond = rate, StartHeld = true }, cancellationToken);
        if (_phase.HasKafka)
        {
            Kafka = await ChaosKafka.StartAsync(instruments, Fed, _time, cancellationToken);
            Feed = new DirectFeed(Kafka.Log, Fed, instruments, _options.TradesPerSecond, _options.Seed, Kafka.MayAppend, Kafka.Appended, _time);
            foreach (var (name, value) in Kafka.SiloEnvironment) environment[name] = value;
        }

        if (_phase.Silos > 1)
        {
            _redis = await RedisProcess.StartAsync(_time, cancellationToken);
            _warehouse = await WarehouseHost.StartAsync(
                new WarehouseOptions { DataFolder = Path.Combine(_folder, WarehouseOptions.FolderName), Port = 0 }, instruments, _counters, NoProtocolProbe.Instance, _time, NullLoggerFactory.Instance, cancellationToken);
            environment["K2__Cluster__Redis"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_redis.Port}");
            environment["K2__ClickHouse__ConnectionString"] = $"Host={_warehouse.Url.Host};Port={_warehouse.Url.Port.ToString(CultureInfo.InvariantCulture)};Protocol=http";
        }

        // Exchanges that nobody simulates here come only through the log.
        string[] arguments = ["--source", "simulated", "--exchanges", .. ExchangeNames.All.Select(exchange => exchange.ToName()), "--connect", .. sockets.Select(exchange => exchange.ToName()), .. Venues.EndpointArguments];
        for (var i = 0; i < _phase.Silos; i++)
        {
            var own = new Dictionary<string, string>(environment, StringComparer.Ordinal)
            {
                ["K2__Cluster__SiloPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
                ["K2__Cluster__GatewayPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
            };
            _silos.Add(new RigProcess($"silo{i + 1}", _options.Silo, _folder, arguments, own));
        }
    }
}
