using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Api;
using K2.Api.Status;
using K2.ColdTier;
using K2.Contracts.Hosting;
using K2.Warehouse;
using StackExchange.Redis;

namespace K2.Silo;

/// <summary>A process of <c>--role api</c> as one object: reads ClickHouse and the cold tier itself, asks the cluster's silos for the rest, and takes no trades.</summary>
internal sealed class ApiHost : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _parts = [];
    private readonly PipelineCounters _counters = new();
    private readonly Shutdown _shutdown;
    private readonly TimeProvider _time;
    private LazyColdTier? _cold;
    private WebApplication? _app;

    private ApiHost(Shutdown shutdown, TimeProvider time) => (_shutdown, _time) = (shutdown, time);

    /// <summary>Where it is reached; the gateway is a silo's.</summary>
    public SiloEndpoints Endpoints { get; private set; } = null!;

    /// <summary>Why the cold tier cannot be used yet, or null.</summary>
    public string? ColdProblem { get; private set; }

    /// <summary>Starts it; returns when it serves.</summary>
    /// <exception cref="StartupException">A setting is wrong or missing, or a part that it needs does not answer.</exception>
    public static async Task<ApiHost> StartAsync(SiloOptions options, DataFolder folder, Shutdown shutdown, TimeProvider time, CancellationToken cancellationToken)
    {
        var host = new ApiHost(shutdown, time);
        try
        {
            await host.StartPartsAsync(options, folder, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>Tells who asks that this process ends; it goes on to serve until it has.</summary>
    public void StopBeingReady() => _app?.Services.GetRequiredService<Readiness>().Drain();

    public async ValueTask DisposeAsync()
    {
        StopBeingReady();
        if (_app is not null) await _shutdown.StopAsync(_app);
        _shutdown.Step = "closing the warehouse";
        for (var i = _parts.Count - 1; i >= 0; i--) await _parts[i].DisposeAsync();
        _cold?.Dispose();
        _counters.Dispose();
    }

    private async Task StartPartsAsync(SiloOptions options, DataFolder folder, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var logging = SiloLogging.Configure(builder);
        _parts.Add(logging);
        var instruments = SiloConfiguration.Instruments(options);
        var retention = SiloConfiguration.Retention(builder.Configuration);
        var warehouseOptions = SiloConfiguration.Warehouse(options, folder, builder.Configuration);
        var wait = ClusterSetup.Wait(builder.Configuration, _time);
        var cluster = await wait.ForAsync(() => ClusterSetup.ReadClientAsync(builder.Configuration, warehouseOptions.ConnectionString is not null), cancellationToken);
        _shutdown.Limit = cluster.ShutdownLimit;
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = cluster.ShutdownLimit);
        var coldSettings = ColdSettings.Read(builder.Configuration);

        // The data folder is this process's own: tables in a silo's would not be found here.
        var coldOptions = coldSettings.Enabled && (coldSettings.Bucket ?? coldSettings.Folder) is not null ? coldSettings.Options(folder).Checked() : null;

        var warehouse = await wait.ForAsync(() => WarehouseHost.StartAsync(warehouseOptions, instruments, _counters, NoProtocolProbe.Instance, _time, logging.Factory, cancellationToken), cancellationToken);
        _parts.Add(warehouse);
        _shutdown.Hurry.Register(warehouse.Abandon);
        if (coldOptions is not null)
        {
            _cold = new LazyColdTier(coldOptions, warehouse.Cold, () => throw new InvalidOperationException("a process of --role api exports nothing and has no log"), options.Exchanges, instruments, _time);
            ColdProblem = await _cold.TryOpenAsync(cancellationToken);
        }

        builder.WebHost.UseUrls(options.Url);
        builder.AddMetrics(options);
        cluster.AddClient(builder, _time);
        builder.Services.AddReading(instruments, warehouse, _cold, retention, _time);
        builder.Services.AddK2Api(() => Endpoints);
        _app = builder.Build();
        _parts.Add(_app);
        _app.MapPlatform(options.Role);
        Endpoints = new SiloEndpoints
        {
            ProcessId = Environment.ProcessId,
            Url = options.Url,
            ClickHouseUrl = warehouse.Url.ToString().TrimEnd('/'),
            Gateway = "",
            ClusterId = cluster.ClusterId,
            ServiceId = SiloConfiguration.ServiceId,
            Source = options.Source.ToString().ToLowerInvariant(),
            Started = _time.GetUtcNow(),
            Role = options.RoleName,
        };
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException taken)
        {
            throw new StartupException($"The address {options.Url} cannot be listened on ({taken.InnerException?.Message ?? taken.Message}): stop what uses it or give another --urls.", taken);
        }
        catch (Exception alone) when (alone is OrleansException or RedisException or TimeoutException)
        {
            throw new StartupException($"No silo of the cluster {cluster.ClusterId} was reached within {ClusterSetup.FirstSiloLimit.TotalSeconds:0} s ({alone.Message.Split('\n')[0]}): start one, see that its gateway is open to this machine, and start this again.", alone);
        }

        Endpoints = Endpoints with { Url = _app.Urls.First() };
        var silos = await _app.Services.GetRequiredService<IGrainFactory>().GetGrain<IClusterGrain>(IClusterGrain.Key).GetSilos().WaitAsync(cancellationToken);

        // The file is read by programs of this machine; who asks over HTTP is told a silo that is active then.
        folder.Publish(Endpoints with { Gateway = SiloMember.GatewayOf(silos) ?? "" });
    }
}
