using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Cli.Bench;
using K2.Cli.Simulation;
using K2.Client;
using K2.Contracts.Cold;
using K2.Contracts.Hosting;
using K2.Contracts.Http;
using K2.Domain.Instruments;
using K2.Simulator.ObjectStore;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Rig;

/// <summary>
/// The cluster of <c>docker-compose.yml</c> as processes of one machine: Redis, ClickHouse (the embedded engine), the silos and an API, each a process of its own; simulated exchanges, mock
/// brokers and the S3 stub in this one, which no silo's death takes along. Silos and API have the limits of memory and processors that the compose file tells them.
/// </summary>
internal sealed class ClusterRig : IAsyncDisposable
{
    // A session of its own: Ctrl-C in a terminal is for this process, which ends the others in their order.
    private static readonly string[] Apart = ["setsid"];
    private const string SiloHeap = "0x38000000";
    private const string ApiHeap = "0x18000000";

    // As silo/cluster/clickhouse.xml has it.
    private const long EngineMemory = 3_435_973_836;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly K2ClientOptions ClientOptions = new() { ConnectGatewayOnFirstUse = true, RequestTimeout = TimeSpan.FromSeconds(10) };
    private readonly PipelineCounters _counters = new();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };
    private readonly List<RigProcess> _silos = [];
    private readonly RigOptions _options;
    private readonly InstrumentTable _instruments;
    private readonly TimeProvider _time;
    private readonly List<string> _ended = [];
    private readonly CancellationTokenSource _stop = new();
    private Task _supervising = Task.CompletedTask;
    private RedisProcess? _redis;
    private int _redisPort;

    private ClusterRig(RigOptions options, InstrumentTable instruments, TimeProvider time)
    {
        _options = options;
        _instruments = instruments;
        _time = time;
    }

    public SimulatedVenues Venues { get; private set; } = null!;

    public RigKafka Kafka { get; private set; } = null!;

    public S3Stub Store { get; private set; } = null!;

    public WarehouseHost Warehouse { get; private set; } = null!;

    public IReadOnlyList<RigProcess> Silos => _silos;

    public RigProcess Api { get; private set; } = null!;

    /// <summary>Base address of the API; the same after a restart.</summary>
    public Uri ApiUrl { get; private set; } = null!;

    /// <summary>Silos and APIs that ended without being told to, with their last words; each was started again, as a container's engine does.</summary>
    public IReadOnlyList<string> Ended
    {
        get
        {
            lock (_ended) return [.. _ended];
        }
    }

    /// <summary>Where Redis listens, as <c>host:port</c>.</summary>
    public string RedisAddress => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_redisPort}");

    /// <summary>Id of Redis' process, or null where none runs.</summary>
    public int? RedisId => _redis?.Id;

    /// <summary>Starts everything, lets trading begin, and returns when every symbol of every exchange streams.</summary>
    /// <exception cref="InvalidOperationException">A part does not start.</exception>
    /// <exception cref="TimeoutException">A part does not become ready.</exception>
    public static async Task<ClusterRig> StartAsync(RigOptions options, InstrumentTable instruments, TimeProvider time, CancellationToken cancellationToken)
    {
        var rig = new ClusterRig(options, instruments, time);
        try
        {
            await rig.StartPartsAsync(cancellationToken);
            foreach (var silo in rig._silos) silo.Start();
            rig.Api.Start();
            await rig.UntilAsync(() => rig.AreReadyAsync(cancellationToken), "all silos", StartLimit, cancellationToken);
            await rig.UntilAsync(() => rig.IsStreamingAsync(cancellationToken), "all subscriptions", StartLimit, cancellationToken);
            foreach (var venue in rig.Venues.All) venue.Release();
            rig._supervising = rig.SuperviseAsync();
            return rig;
        }
        catch
        {
            await rig.DisposeAsync();
            throw;
        }
    }

    /// <summary>Whether the API serves and every exchange streams all its symbols.</summary>
    public async Task<bool> IsStreamingAsync(CancellationToken cancellationToken) =>
        (await StatusAsync(cancellationToken)).Connectors is var connectors && Venues.All.All(venue => connectors.Any(connector => connector.Exchange == venue.Exchange.ToName() && connector.IsConfirmed()));

    /// <summary>Whether a silo says that it is in the cluster and ready.</summary>
    public async Task<bool> IsReadyAsync(RigProcess silo, CancellationToken cancellationToken)
    {
        if (!silo.HasStarted) return false;
        using var answer = await _http.GetAsync(new Uri(new Uri(Endpoints(silo).Url), "/health/ready"), cancellationToken);
        return answer.IsSuccessStatusCode;
    }

    /// <summary>Whether all silos are ready.</summary>
    public async Task<bool> AreReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var silo in _silos)
        {
            if (!await IsReadyAsync(silo, cancellationToken)) return false;
        }

        return true;
    }

    /// <summary>What <c>GET /v1/status</c> of the API answers.</summary>
    public async Task<PlatformStatus> StatusAsync(CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(cancellationToken);
        return await client.GetStatusAsync(cancellationToken);
    }

    /// <summary>Connects to the cluster through the API.</summary>
    public async Task<K2Client> ConnectAsync(CancellationToken cancellationToken) => await K2Client.ConnectAsync(ApiUrl.ToString().TrimEnd('/'), ClientOptions, cancellationToken);

    /// <summary>Asks ClickHouse; the answer's text.</summary>
    public async Task<string> QueryAsync(string sql, CancellationToken cancellationToken)
    {
        using var body = new StringContent(sql);
        using var response = await _http.PostAsync(Warehouse.Url, body, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return response.IsSuccessStatusCode ? text.Trim() : throw new InvalidOperationException($"ClickHouse answered {(int)response.StatusCode}: {text}");
    }

    /// <summary>Trades that stand in ClickHouse, each counted once, by the exchange's name.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="condition">Which ones, in SQL.</param>
    public async Task<IReadOnlyDictionary<string, long>> StoredAsync(CancellationToken cancellationToken, string condition = "1")
    {
        // Bitmaps count ids that follow each other many times as fast as sets, exactly too.
        var rows = await QueryAsync(
            $"SELECT exchange, sum(trades) FROM (SELECT exchange, groupBitmap(reinterpretAsUInt64(trade_id)) AS trades FROM k2.silver_trades_store WHERE {condition} GROUP BY exchange, canonical_symbol, id_epoch) GROUP BY exchange FORMAT TSV",
            cancellationToken);
        return rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).ToDictionary(row => row[0], row => long.Parse(row[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    /// <summary>SIGKILL to ClickHouse, which is started again as a container would be; false if it is just starting.</summary>
    public bool KillEngine() => ProcessSignal.Kill(Warehouse.EngineProcessId);

    /// <summary>SIGKILL to Redis.</summary>
    public void KillRedis()
    {
        _redis?.Dispose();
        _redis = null;
    }

    /// <summary>Starts Redis again, at its port and with what it kept.</summary>
    public async Task StartRedisAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_options.Folder, "redis");
        Directory.CreateDirectory(folder);
        _redis = await RedisProcess.StartAsync(_time, cancellationToken, _redisPort, folder);
        _redisPort = _redis.Port;
    }

    /// <summary>Ends trading and waits until everything that was traded is in ClickHouse with its candles; false if that does not happen in time.</summary>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var venue in Venues.All) venue.Hold();
        return await UntilAsync(() => HasAllAsync(cancellationToken), "all trades", DrainLimit, cancellationToken, mayExpire: true)
            && await UntilAsync(() => DrainAsync(cancellationToken), "the drain", DrainLimit, cancellationToken, mayExpire: true);
    }

    /// <summary>What is not settled, for who has to find out why: one line each.</summary>
    public async Task<IReadOnlyList<string>> UnsettledAsync(CancellationToken cancellationToken)
    {
        try
        {
            var stored = await StoredAsync(cancellationToken);
            var status = await StatusAsync(cancellationToken);
            return
            [
                .. Venues.All.Where(venue => stored.GetValueOrDefault(venue.Exchange.ToName()) < venue.Ledger.Made).Select(venue => string.Create(CultureInfo.InvariantCulture, $"{venue.Exchange.ToName()}: {stored.GetValueOrDefault(venue.Exchange.ToName())} of {venue.Ledger.Made} trades are stored")),
                .. status.Connectors.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Exchange}: {one.State}, {one.Confirmed.Length} of {one.Desired.Length} symbols, {one.LagRecords} records in the log that are not stored, {one.OpenGaps} gaps open, last error '{one.LastError}', of REST '{one.BackfillError}'")),
                .. (await QueryAsync("SELECT * FROM k2.feed_gaps WHERE state = 'open' LIMIT 20 FORMAT TSV", cancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries),
            ];
        }
        catch (Exception away) when (IsAway(away, cancellationToken))
        {
            return [$"what is not settled cannot be asked: {away.Message}"];
        }
    }

    /// <summary>Runs a piece of work on every cold table through the API and returns what is wrong, a sentence each.</summary>
    public async Task<IReadOnlyList<string>> ColdAsync(ColdWork work, CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(cancellationToken);
        var problems = new List<string>();
        foreach (var table in await client.Cold.GetTablesAsync(cancellationToken))
        {
            var run = await client.Cold.RunAsync(table.Table, new ColdJob { Work = work }, cancellationToken);
            if (!run.IsGood) problems.Add($"{table.Table}: {work} ended as {run.Outcome}: {string.Join(' ', run.Problems)}");
        }

        return problems;
    }

    /// <summary>Ends API and silos in order; returns who did not end so, a sentence each.</summary>
    public async Task<IReadOnlyList<string>> StopAsync(CancellationToken cancellationToken)
    {
        var late = new List<string>();
        await EndSupervisionAsync();
        foreach (var process in (RigProcess[])[Api, .. _silos])
        {
            if (process.IsRunning && !await process.TerminateAsync(StopLimit, cancellationToken)) late.Add($"{process.Name} did not end in order: {process.LastWords}");
        }

        return late;
    }

    /// <summary>Waits for a condition; what fails meanwhile counts as not yet.</summary>
    /// <exception cref="TimeoutException">It did not become true.</exception>
    public async Task<bool> UntilAsync(Func<Task<bool>> condition, string what, TimeSpan limit, CancellationToken cancellationToken, bool mayExpire = false)
    {
        var start = _time.GetTimestamp();
        var last = "";
        while (_time.GetElapsedTime(start) < limit)
        {
            try
            {
                if (await condition()) return true;
            }
            catch (Exception away) when (IsAway(away, cancellationToken))
            {
                last = away.Message;
            }

            if (_supervising.IsCompleted && ((RigProcess[])[.. _silos, Api]).FirstOrDefault(one => one.EndedByItself) is { } ended) throw new InvalidOperationException($"{ended.Name} ended; it printed:\n{ended.Output}");
            await Task.Delay(Poll, _time, cancellationToken);
        }

        return mayExpire ? false : throw new TimeoutException($"{what}: not within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s ({last}); {_silos[0].Name} printed:\n{_silos[0].Output}\n{Api.Name} printed:\n{Api.Output}");
    }

    /// <summary>Whether a failure only says that a part is away.</summary>
    public static bool IsAway(Exception failure, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && failure is HttpRequestException or K2ClientException or InvalidOperationException or IOException or K2.Abstractions.K2Exception or System.Text.Json.JsonException or OperationCanceledException;

    public async ValueTask DisposeAsync()
    {
        await EndSupervisionAsync();
        Api?.Dispose();
        foreach (var silo in _silos) silo.Dispose();
        if (Warehouse is not null) await Warehouse.DisposeAsync();
        if (Store is not null) await Store.DisposeAsync();
        if (Venues is not null) await Venues.DisposeAsync();
        Kafka?.Dispose();
        _redis?.Dispose();
        _counters.Dispose();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task EndSupervisionAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
    }

    private async Task SuperviseAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Poll, _time, _stop.Token);
                foreach (var process in ((RigProcess[])[.. _silos, Api]).Where(process => process.EndedByItself))
                {
                    process.Start();
                    lock (_ended) _ended.Add($"{process.Name}: {process.LastWords}");
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The rig ends.
        }
    }

    private static SiloEndpoints Endpoints(RigProcess process) => SiloEndpoints.FromJson(File.ReadAllText(Path.Combine(process.Data, SiloEndpoints.FileName)));

    private async Task<bool> HasAllAsync(CancellationToken cancellationToken)
    {
        var stored = await StoredAsync(cancellationToken);
        return Venues.All.All(venue => stored.GetValueOrDefault(venue.Exchange.ToName()) >= venue.Ledger.Made) && await QueryAsync("SELECT count() FROM k2.feed_gaps WHERE state = 'open'", cancellationToken) == "0";
    }

    // Only behind the last trade's watermark all candles are written. A silo that dies meanwhile undoes a drain, so all is looked at again.
    private async Task<bool> DrainAsync(CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync(cancellationToken);
        foreach (var venue in Venues.All)
        {
            if (await client.DrainAsync(venue.Exchange.ToName(), cancellationToken) > 0) return false;
        }

        return await HasAllAsync(cancellationToken);
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        var exchanges = _instruments.All.Select(instrument => instrument.Id.Exchange).Distinct().ToList();
        Venues = await SimulatedVenues.StartAsync(
            _instruments, exchanges, new SimulationOptions { Seed = (ulong)_options.Seed, TradesPerSecond = _options.TradesPerSecond, KeptTrades = _options.KeptTrades, StartHeld = true }, cancellationToken);
        Kafka = _options.Brokers is { } brokers ? RigKafka.UseReal(brokers) : RigKafka.StartMock();
        Store = await S3Stub.StartAsync();
        await StartRedisAsync(cancellationToken);
        Warehouse = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = Path.Combine(_options.Folder, WarehouseOptions.FolderName), Port = 0, MemoryBytes = EngineMemory }, _instruments, _counters, NoProtocolProbe.Instance, _time, NullLoggerFactory.Instance, cancellationToken);

        var shared = new Dictionary<string, string>(Kafka.SiloEnvironment)
        {
            ["DOTNET_TieredPGO"] = "0",

            // Three silos that ask the mock brokers a hundred times a second cost more than the trades.
            ["K2__Kafka__FetchWait"] = "00:00:00.050",
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_PROCESSOR_COUNT"] = "2",
            ["K2__Cluster__Redis"] = RedisAddress,
            ["K2__ClickHouse__ConnectionString"] = string.Create(CultureInfo.InvariantCulture, $"Host={Warehouse.Url.Host};Port={Warehouse.Url.Port};Protocol=http"),
            ["K2__Cold__Bucket"] = Store.Bucket,
            ["K2__Cold__Endpoint"] = Store.Url.ToString().TrimEnd('/'),
            ["K2__Cold__Region"] = S3Stub.Region,
            ["K2__Cold__IntervalMinutes"] = _options.ColdMinutes.ToString(CultureInfo.InvariantCulture),
            ["K2_S3_ACCESS_KEY"] = S3Stub.AccessKey,
            ["K2_S3_SECRET_KEY"] = S3Stub.SecretKey,
        };
        if (_options.Pairs) shared["K2__Cluster__Pairs"] = "true";
        string[] common = ["--source", "simulated", "--exchanges", .. exchanges.Select(exchange => exchange.ToName()), .. _options.InstrumentsFile is { } file ? (string[])["--instruments", file] : []];
        for (var i = 0; i < _options.Silos; i++)
        {
            var place = _options.Place(i);
            var own = new Dictionary<string, string>(shared)
            {
                ["DOTNET_GCHeapHardLimit"] = SiloHeap,
                ["K2__Cluster__Address"] = place.Address,
                ["K2__Cluster__SiloPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
                ["K2__Cluster__GatewayPort"] = FreePort.Find().ToString(CultureInfo.InvariantCulture),
            };
            foreach (var (name, value) in place.Environment) own[name] = value;
            string[] arguments = [.. common, .. Venues.EndpointArguments, "--role", "silo", "--urls", $"http://{place.Address}:0"];
            _silos.Add(new RigProcess(string.Create(CultureInfo.InvariantCulture, $"silo{i + 1}"), _options.Silo, _options.Folder, arguments, own, [.. Apart, .. place.Launcher], place.Data));
        }

        ApiUrl = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{(_options.ApiPort == 0 ? FreePort.Find() : _options.ApiPort)}/"));
        var reader = new Dictionary<string, string>(shared) { ["DOTNET_GCHeapHardLimit"] = ApiHeap };
        Api = new RigProcess("api", _options.Silo, _options.Folder, [.. common, "--role", "api", "--urls", ApiUrl.ToString().TrimEnd('/')], reader, Apart);
    }
}
