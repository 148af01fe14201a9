using System.Net;
using K2.Abstractions.Cold;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Contracts.Hosting;
using K2.Domain.Instruments;
using K2.TestKit.Warehouse;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.Configuration;

[assembly: AssemblyFixture(typeof(K2.Api.Tests.Hosting.TestPlatform))]

namespace K2.Api.Tests.Hosting;

/// <summary>A real silo with its API on free loopback ports; grains and warehouse are the tests' own.</summary>
public sealed class TestPlatform : IAsyncLifetime
{
    private const string ClusterId = "k2-api-tests";
    private WebApplication? _app;

    public SiloEndpoints Endpoints { get; private set; } = null!;

    public HttpClient Http { get; private set; } = null!;

    public IGrainFactory Grains => _app!.Services.GetRequiredService<IGrainFactory>();

    public async ValueTask InitializeAsync()
    {
        var (siloPort, gatewayPort) = (FreePort.Find(), FreePort.Find());
        _app = Build(FakeWarehouse.WithSamples(), Samples.Table(), () => Endpoints, "http://127.0.0.1:0", builder => builder.Host.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(siloPort, gatewayPort, null, ClusterId, ClusterId);
            silo.Configure<EndpointOptions>(options => options.AdvertisedIPAddress = IPAddress.Loopback);
        }));
        await _app.StartAsync();
        Endpoints = EndpointsOf(_app, $"127.0.0.1:{gatewayPort}");
        Http = new HttpClient { BaseAddress = new Uri(Endpoints.Url) };
    }

    /// <summary>Starts another API on the same grains with a warehouse of its own.</summary>
    internal Task<WebApplication> StartApiAsync(IWarehouseReader reader, string url = "http://127.0.0.1:0", params (string Key, string Value)[] settings) => StartApiAsync(reader, Samples.Table(), url, settings);

    /// <summary>Starts another API that says it has a gateway, or none.</summary>
    internal Task<WebApplication> StartApiAsync(IWarehouseReader reader, string gateway) => StartApiAsync(reader, Samples.Table(), gateway, "http://127.0.0.1:0", []);

    /// <summary>Starts another API with instruments of its own.</summary>
    internal Task<WebApplication> StartApiAsync(IWarehouseReader reader, InstrumentTable instruments, string url = "http://127.0.0.1:0", params (string Key, string Value)[] settings) => StartApiAsync(reader, instruments, Endpoints.Gateway, url, settings);

    private async Task<WebApplication> StartApiAsync(IWarehouseReader reader, InstrumentTable instruments, string gateway, string url, (string Key, string Value)[] settings)
    {
        WebApplication? app = null;
        app = Build(reader, instruments, () => EndpointsOf(app!, gateway), url, builder =>
        {
            builder.Services.AddSingleton(Grains);
            builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>Starts another API with services of its own.</summary>
    internal async Task<WebApplication> StartApiAsync(Action<IServiceCollection> configure)
    {
        WebApplication? app = null;
        app = Build(FakeWarehouse.WithSamples(), Samples.Table(), () => EndpointsOf(app!, Endpoints.Gateway), "http://127.0.0.1:0", builder =>
        {
            builder.Services.AddSingleton(Grains);
            configure(builder.Services);
        });
        await app.StartAsync();
        return app;
    }

    internal ITestSymbolGrain Symbol(string instrument) => Grains.GetGrain<ITestSymbolGrain>(instrument);

    internal ITestLiveGrain Live(string instrument) => Grains.GetGrain<ITestLiveGrain>(instrument);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }

    private static WebApplication Build(IWarehouseReader reader, InstrumentTable instruments, Func<SiloEndpoints> endpoints, string url, Action<WebApplicationBuilder> configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.Services.AddSingleton(instruments);
        builder.Services.AddSingleton(reader);
        builder.Services.AddSingleton<IColdReader, FakeCold>();
        builder.Services.AddSingleton<IWarehouseSummaries>(new ReaderSummaries(reader, instruments));
        var counters = new PipelineCounters();
        counters.Add(PipelineStage.Frames, 123);
        counters.Add(PipelineStage.TradeFrames, 100);
        builder.Services.AddSingleton(counters);
        builder.Services.AddK2Api(endpoints);
        configure(builder);
        var app = builder.Build();
        app.MapK2Api();
        return app;
    }

    private static SiloEndpoints EndpointsOf(WebApplication app, string gateway) => new()
    {
        ProcessId = Environment.ProcessId,
        Url = app.Urls.First(),
        ClickHouseUrl = "http://127.0.0.1:1",
        Gateway = gateway,
        ClusterId = ClusterId,
        ServiceId = ClusterId,
        Source = "simulated",
        Started = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
    };
}
