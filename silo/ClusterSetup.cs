using System.Net;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Grains.Hosting;
using K2.Grains.Symbols;
using K2.Streaming.Provider;
using Orleans.Configuration;
using Orleans.Dashboard;
using Orleans.Runtime.MembershipService.SiloMetadata;
using StackExchange.Redis;

namespace K2.Silo;

/// <summary>Orleans alone in this process, as one silo of several, or as their client.</summary>
internal sealed class ClusterSetup
{
    private const int MissedProbes = 3;
    private const string WarehouseSetting = "K2:ClickHouse:ConnectionString";
    private static readonly TimeSpan AlivePeriod = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstSiloPoll = TimeSpan.FromSeconds(1);
    private readonly ClusterSettings _settings;
    private readonly ConfigurationOptions? _redis;
    private readonly IPAddress _address;
    private readonly int _siloPort;
    private readonly int _gatewayPort;

    private ClusterSetup(ClusterSettings settings, ConfigurationOptions? redis, IPAddress address, int siloPort, int gatewayPort)
    {
        _settings = settings;
        _redis = redis;
        _address = address;
        _siloPort = siloPort;
        _gatewayPort = gatewayPort;
    }

    /// <summary>How long a client waits for the first silo.</summary>
    public static TimeSpan FirstSiloLimit { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether there are other silos, or may be.</summary>
    public bool IsShared => _redis is not null;

    public string ClusterId => _settings.ClusterId;

    /// <summary>How long the end of the process may take.</summary>
    public TimeSpan ShutdownLimit => TimeSpan.FromSeconds(_settings.ShutdownSeconds);

    /// <summary>Whether each exchange is to have two connections in two silos.</summary>
    public bool HasPairs => _settings.Pairs;

    /// <summary>Where clients connect.</summary>
    public string Gateway => $"{new IPEndPoint(_address, _gatewayPort)}";

    /// <summary>Reads the settings of a silo and sees that Redis answers.</summary>
    /// <exception cref="StartupException">A setting is wrong, is missing for the role, does not go with the others, or Redis does not answer.</exception>
    public static async Task<ClusterSetup> ReadAsync(IConfiguration configuration, SiloOptions options, bool hasSharedLog, bool hasSharedWarehouse)
    {
        var settings = Settings(configuration);
        if (settings.Redis is null)
        {
            if (settings.Pairs) throw new StartupException($"{ClusterSettings.SectionName}:{nameof(ClusterSettings.Pairs)} wants a second silo, and this one is alone: set {ClusterSettings.SectionName}:Redis, or leave it out.");
            if (options.Role == SiloRole.Silo) throw new StartupException($"--role silo makes this process one of a cluster: set {ClusterSettings.SectionName}:Redis, {KafkaSettings.SectionName}:BootstrapServers and {WarehouseSetting}, or leave --role out for everything in one process.");
            var port = FreePort.Find();
            int gateway;
            do gateway = FreePort.Find();
            while (gateway == port);
            return new ClusterSetup(settings, null, IPAddress.Loopback, port, gateway);
        }

        if (!hasSharedLog) throw new StartupException($"{ClusterSettings.SectionName}:Redis makes this silo one of several, and they need one log: set {KafkaSettings.SectionName}:BootstrapServers.");
        if (!hasSharedWarehouse) throw new StartupException($"{ClusterSettings.SectionName}:Redis makes this silo one of several, and they need one ClickHouse: set {WarehouseSetting}.");
        if (options.Source == SourceKind.Replay) throw new StartupException($"--source replay plays captures to one process: leave {ClusterSettings.SectionName}:Redis out.");
        if (options.Source == SourceKind.Simulated && options.Connected.FirstOrDefault(exchange => !options.Addresses.ContainsKey(exchange)) is var missing and not Exchange.Unknown)
            throw new StartupException($"Several silos need one simulation: run `k2 simulate` and name it by --endpoint {missing.ToName()}=WEBSOCKET,REST.");
        var isAuto = settings.Address.Equals(ClusterSettings.AutoAddress, StringComparison.OrdinalIgnoreCase);
        if (!IPAddress.TryParse(isAuto ? "127.0.0.1" : settings.Address, out var address))
            throw new StartupException($"{ClusterSettings.SectionName}:Address '{settings.Address}' is no IP address: write one, or {ClusterSettings.AutoAddress} for the address by which this machine reaches Redis.");
        if (settings.SiloPort is < 1 or > 65_535 || settings.GatewayPort is < 1 or > 65_535 || settings.SiloPort == settings.GatewayPort) throw new StartupException($"{ClusterSettings.SectionName}:SiloPort and GatewayPort are two different numbers from 1 to 65535.");
        if (settings.ProbeTimeout < TimeSpan.FromMilliseconds(100) || settings.ProbeTimeout > TimeSpan.FromMinutes(1)) throw new StartupException($"{ClusterSettings.SectionName}:ProbeTimeout is {settings.ProbeTimeout}; allowed are 0.1 s to 1 minute.");
        var redis = await RedisAsync(settings);
        return new ClusterSetup(settings, redis, isAuto ? await OwnAddress.TowardsAsync(redis.EndPoints[0]) : address, settings.SiloPort, settings.GatewayPort);
    }

    /// <summary>Reads the settings of a process that serves a cluster and is none of its silos, and sees that Redis answers.</summary>
    /// <exception cref="StartupException">A setting is wrong or missing, or Redis does not answer.</exception>
    public static async Task<ClusterSetup> ReadClientAsync(IConfiguration configuration, bool hasSharedWarehouse)
    {
        var settings = Settings(configuration);
        if (settings.Redis is null) throw new StartupException($"--role api serves a cluster and has to know which: set {ClusterSettings.SectionName}:Redis and {WarehouseSetting} as its silos have them.");
        return hasSharedWarehouse
            ? new ClusterSetup(settings, await RedisAsync(settings), IPAddress.Loopback, 0, 0)
            : throw new StartupException($"--role api reads the cluster's ClickHouse and has none inside: set {WarehouseSetting} as the silos have it.");
    }

    /// <summary>Adds Orleans with the streams over the log.</summary>
    public void AddOrleans(WebApplicationBuilder builder, IReadOnlyList<LogTopic> trades, LogStreamFault fault, SiloDescription description)
    {
        builder.Host.UseOrleans(silo =>
        {
            if (_redis is null) AddAlone(silo);
            else AddShared(silo, _redis);
            silo.UseSiloMetadata(description.ToMetadata());
            silo.AddLogStreams(StreamNames.Provider, streams =>
            {
                streams.Topics = trades;
                streams.Namespace = StreamNames.Trades;
                streams.MaxCacheBytes = 8 << 20;
                streams.Fault = fault;
            });
            silo.AddDashboard();

            // A flush waits inside the writer while ClickHouse is away: the call must not time out and be repeated before that ends.
            silo.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(10));
        });
    }

    /// <summary>Adds a client of the cluster, which is given some time to find a silo.</summary>
    public void AddClient(WebApplicationBuilder builder, TimeProvider time)
    {
        var asked = time.GetTimestamp();
        builder.Host.UseOrleansClient(client =>
        {
            client.Configure<ClusterOptions>(ConfigureIds);
            client.UseRedisClustering(clustering => clustering.ConfigurationOptions = _redis!);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = AlivePeriod);
            client.UseConnectionRetryFilter(async (_, stop) =>
            {
                if (time.GetElapsedTime(asked) > FirstSiloLimit) return false;
                await Task.Delay(FirstSiloPoll, time, stop);
                return true;
            });
            client.AddDashboard();
        });
    }

    /// <summary>Returns what lets a start wait for services that are away.</summary>
    /// <exception cref="StartupException">A setting is wrong.</exception>
    public static StartupWait Wait(IConfiguration configuration, TimeProvider time) => new(TimeSpan.FromSeconds(Settings(configuration).StartupSeconds), Console.Error, time);

    private static ClusterSettings Settings(IConfiguration configuration)
    {
        var settings = SettingsSection.Read<ClusterSettings>(configuration, ClusterSettings.SectionName) ?? new ClusterSettings();
        if (settings.ShutdownSeconds is < 1 or > 3600) throw new StartupException($"{ClusterSettings.SectionName}:{nameof(ClusterSettings.ShutdownSeconds)} is {settings.ShutdownSeconds}; allowed are 1 to 3600.");
        return settings.StartupSeconds is >= 0 and <= 3600
            ? settings
            : throw new StartupException($"{ClusterSettings.SectionName}:{nameof(ClusterSettings.StartupSeconds)} is {settings.StartupSeconds}; allowed are 0 to 3600.");
    }

    private void ConfigureIds(ClusterOptions cluster)
    {
        cluster.ClusterId = ClusterId;
        cluster.ServiceId = SiloConfiguration.ServiceId;
    }

    private void AddAlone(ISiloBuilder silo)
    {
        silo.UseLocalhostClustering(_siloPort, _gatewayPort, null, SiloConfiguration.ServiceId, ClusterId);
        silo.UseInMemoryReminderService();
        silo.Configure<EndpointOptions>(endpoints => endpoints.AdvertisedIPAddress = _address);
    }

    private void AddShared(ISiloBuilder silo, ConfigurationOptions redis)
    {
        silo.Configure<ClusterOptions>(ConfigureIds);
        silo.UseRedisClustering(clustering => clustering.ConfigurationOptions = redis);
        silo.UseRedisReminderService(reminders => reminders.ConfigurationOptions = redis);
        silo.ConfigureEndpoints(_address, _siloPort, _gatewayPort, listenOnAnyHostAddress: false);
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = _settings.ProbeTimeout;
            membership.NumMissedProbesLimit = MissedProbes;

            // A silo that starts does not wait for others whose sign of life is older than three of these.
            membership.IAmAliveTablePublishTimeout = AlivePeriod;
            membership.TableRefreshTimeout = AlivePeriod;
        });
    }

    private static async Task<ConfigurationOptions> RedisAsync(ClusterSettings settings)
    {
        try
        {
            var redis = ConfigurationOptions.Parse(settings.Redis!);
            if (settings.RedisPasswordFile is not null || settings.RedisPasswordVariable is not null) redis.Password = SettingsSection.Secret("Redis", settings.RedisPasswordVariable, settings.RedisPasswordFile);
            await using var connection = await ConnectionMultiplexer.ConnectAsync(redis);
            await connection.GetDatabase().PingAsync();

            // Once it runs, a Redis that is away is waited for.
            redis.AbortOnConnectFail = false;
            return redis;
        }
        catch (ArgumentException wrong)
        {
            throw new StartupException($"{ClusterSettings.SectionName}:Redis is no address ({wrong.Message}): write for example redis:6379.", wrong);
        }
        catch (Exception away) when (away is RedisException or TimeoutException)
        {
            throw new StartupException($"Redis at {settings.Redis!.Split(',')[0]} does not answer ({away.Message.Split('\n')[0]}): check {ClusterSettings.SectionName}:Redis.", away) { IsAway = true };
        }
    }
}
