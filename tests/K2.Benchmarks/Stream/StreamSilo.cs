using System.Net;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Grains.Symbols;
using K2.Streaming.Provider;
using K2.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;

namespace K2.Benchmarks.Stream;

/// <summary>One silo in this process that reads a log: with the symbol grains and a new warehouse, or with grains that count.</summary>
internal sealed class StreamSilo : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-bench-").FullName;
    private readonly PipelineCounters _counters = new();
    private WarehouseHost? _warehouse;
    private IHost? _host;

    public static async Task<StreamSilo> StartAsync(ILog log, bool withWarehouse, Arrivals arrivals)
    {
        var silo = new StreamSilo();
        var instruments = new InstrumentTable(TradeData.Instruments);
        if (withWarehouse)
        {
            silo._warehouse = await WarehouseHost.StartAsync(
                new WarehouseOptions { DataFolder = Path.Combine(silo._folder, "clickhouse"), Port = 0 }, instruments, silo._counters, NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);
        }

        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(arrivals);
        builder.Services.AddSingleton(instruments);
        builder.Services.AddSingleton(new CandleBookOptions());
        builder.Services.AddSingleton(silo._counters);
        builder.Services.AddSingleton<IProtocolProbe>(NoProtocolProbe.Instance);
        if (silo._warehouse is not null)
        {
            builder.Services.AddSingleton(silo._warehouse.Reader);
            builder.Services.AddSingleton<IWarehouseWriter>(new TimedWriter(silo._warehouse.Writer, arrivals));
        }

        builder.UseOrleans(orleans =>
        {
            orleans.UseLocalhostClustering(FreePort.Find(), FreePort.Find(), null, "bench", "bench");
            orleans.Configure<EndpointOptions>(endpoints => endpoints.AdvertisedIPAddress = IPAddress.Loopback);
            orleans.Configure<SiloMessagingOptions>(messaging => messaging.ResponseTimeout = TimeSpan.FromMinutes(10));
            orleans.AddLogStreams(StreamNames.Provider, streams =>
            {
                streams.Topics = log.Topics;
                streams.Namespace = withWarehouse ? StreamNames.Trades : CountGrain.Namespace;
                streams.MaxCacheBytes = 8 << 20; // As the silo of the platform.
            });
        });
        silo._host = builder.Build();
        await silo._host.StartAsync();
        return silo;
    }

    public async Task<long> StoredTradesAsync() => _warehouse is null ? 0 : (await _warehouse.Reader.CountAsync(CancellationToken.None)).Trades;

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }

        if (_warehouse is not null) await _warehouse.DisposeAsync();
        _counters.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
