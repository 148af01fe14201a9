using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Cli.Bench;
using K2.Cli.Bench.Chaos;
using K2.Cli.Rig;
using K2.Cli.Simulation;
using K2.Contracts.Hosting;
using K2.Domain.Instruments;

namespace K2.EndToEnd.Tests.Running;

/// <summary>What processes of a cluster share, in the test's own process: a simulated exchange, mock Kafka, ClickHouse, and a Redis; and those processes.</summary>
internal sealed class RunningCluster : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<SiloProcess> _processes = [];
    private readonly HttpClient _http = new();
    private ChaosKafka? _kafka;
    private RedisProcess? _redis;
    private int _redisPort;

    private RunningCluster()
    {
    }

    public RunningEngine Engine { get; private set; } = null!;

    private SimulatedVenues Venues { get; set; } = null!;

    /// <summary>SIGKILL.</summary>
    public void KillRedis()
    {
        _redis?.Dispose();
        _redis = null;
    }

    /// <summary>Starts it, again at the same port, with nothing in it.</summary>
    public async Task StartRedisAsync()
    {
        _redis = await RedisProcess.StartAsync(TimeProvider.System, TestContext.Current.CancellationToken, _redisPort);
        _redisPort = _redis.Port;
    }

    /// <summary>Takes all brokers away.</summary>
    public async Task EndKafkaAsync()
    {
        if (_kafka is not null) await _kafka.DisposeAsync();
        _kafka = null;
    }

    /// <summary>Starts the parts; skips the test where one is not on this machine.</summary>
    public static async Task<RunningCluster> StartOrSkipAsync()
    {
        RunningSilo.EngineOrSkip();
        Assert.SkipUnless(RedisProcess.IsInstalled, "no redis-server on the PATH: apt-get install redis-server");
        var cluster = new RunningCluster();
        try
        {
            var token = TestContext.Current.CancellationToken;
            cluster.Venues = await SimulatedVenues.StartAsync(RunningSilo.Instruments, [Exchange.Kraken], new SimulationOptions { Seed = 1, TradesPerSecond = 50 }, token);
            cluster._kafka = await ChaosKafka.StartAsync(RunningSilo.Instruments, Exchange.Binance, TimeProvider.System, token);
            await cluster.StartRedisAsync();
            cluster.Engine = await RunningEngine.StartAsync(Path.Combine(cluster._folder.Path, "clickhouse"));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a process and returns when it has told that it is ready.</summary>
    public async Task<SiloProcess> StartAsync(string role, params (string Name, string Value)[] settings)
    {
        var process = Begin(role, settings);
        await RunningSilo.PrintedAsync(process, "ready in");
        return process;
    }

    /// <summary>Starts a process; its data folder is named by its number, from 0.</summary>
    public SiloProcess Begin(string role, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>(_kafka!.SiloEnvironment, StringComparer.Ordinal)
        {
            ["K2__Cluster__Redis"] = Text($"127.0.0.1:{_redisPort}"),
            ["K2__Cluster__SiloPort"] = Text($"{FreePort.Find()}"),
            ["K2__Cluster__GatewayPort"] = Text($"{FreePort.Find()}"),
            ["K2__ClickHouse__ConnectionString"] = Text($"Host={Engine.Url.Host};Port={Engine.Url.Port};Protocol=http"),
            ["K2__Cold__Folder"] = _folder.Path,
        };
        foreach (var (name, value) in settings) environment[name] = value;
        var process = SiloProcess.Start(RunningSilo.Assembly, ["--role", role, .. Venues.SiloArguments, "--data", DataOf(_processes.Count)], null, environment);
        _processes.Add(process);
        return process;
    }

    /// <summary>Returns where a process that is ready is reached.</summary>
    public SiloEndpoints EndpointsOf(SiloProcess process) => SiloClient.EndpointsIn(DataOf(_processes.IndexOf(process)));

    /// <summary>Returns the status and the text that a process answers at a path.</summary>
    public async Task<(int Status, string Text)> GetAsync(SiloProcess process, string path)
    {
        using var answer = await _http.GetAsync(new Uri(EndpointsOf(process).Url + path), TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) process.Dispose();
        if (Engine is not null) await Engine.DisposeAsync();
        KillRedis();
        await EndKafkaAsync();
        if (Venues is not null) await Venues.DisposeAsync();
        _http.Dispose();
        _folder.Dispose();
    }

    private string DataOf(int number) => Path.Combine(_folder.Path, Text($"process{number}"));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
