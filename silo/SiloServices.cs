using K2.Abstractions.Cold;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Api;
using K2.ColdTier;
using K2.ColdTier.Reading;
using K2.Contracts.Hosting;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Grains;
using K2.Grains.Cold;
using K2.Grains.Connectors;
using K2.Simulator.Replay;
using K2.Warehouse;
using Orleans.Dashboard;

namespace K2.Silo;

/// <summary>Puts the started parts into the host's services and maps its pages.</summary>
internal static class SiloServices
{
    private const int MaxStreams = 1024;

    // A pause in a capture is no sign of a lost connection, and connecting anew would play it once more. Timers end at 49 days.
    private static readonly TimeSpan ReplaySilence = TimeSpan.FromDays(49);

    public static void AddPlatformServices(
        this WebApplicationBuilder builder, SiloOptions options, InstrumentTable instruments, IReadOnlyList<Instrument> wanted, ReplayServer? replay, IReadOnlyDictionary<Exchange, ExchangeAddress> addresses,
        ILog log, WarehouseHost warehouse, LazyColdTier? cold, ColdSchedule schedule, bool pairs, IWarehouseWriter writer, PipelineCounters counters, IProtocolProbe probe, TimeProvider time, Func<SiloEndpoints> endpoints)
    {
        // Late trades are taken as long as their day is kept: one setting for both.
        var retention = SiloConfiguration.Retention(builder.Configuration);
        builder.Services.AddReading(instruments, warehouse, cold, retention, time);
        builder.Services.AddSingleton(log);
        builder.Services.AddSingleton(warehouse.RawFrames);
        builder.Services.AddSingleton(warehouse.Lineage);
        builder.Services.AddSingleton(warehouse.Audit);
        builder.Services.AddSingleton(warehouse.Retention((IColdCoverage?)cold ?? NoColdTier.Instance, retention));
        builder.Services.AddSingleton(writer);
        builder.Services.AddSingleton(counters);
        builder.Services.AddSingleton(probe);
        builder.Services.AddK2Grains(
            new ConnectorHostOptions
            {
                Instruments = wanted,
                Source = options.Source switch
                {
                    SourceKind.Live => TradeSource.Live,
                    SourceKind.Replay => TradeSource.Replay,
                    _ => TradeSource.Simulated,
                },
                Connector = replay is null
                    ? new ConnectorOptions()

                    // A replay begins with the first subscription: one message asks for all.
                    : new ConnectorOptions { EndpointOverride = replay.Endpoint, StreamsPerMessage = MaxStreams, SilenceTimeout = ReplaySilence },
                Origins = replay is null ? null : new ReplayOrigins(replay),
                Addresses = addresses,
                Pairs = pairs,
                JitterSeed = options.Seed,
            },
            new CandleBookOptions { SilverRetention = retention.Silver },
            schedule);
        builder.Services.AddK2Api(endpoints);
    }

    /// <summary>Adds what reads rows of any age, which every process that serves needs.</summary>
    public static void AddReading(this IServiceCollection services, InstrumentTable instruments, WarehouseHost warehouse, LazyColdTier? cold, RetentionOptions retention, TimeProvider time)
    {
        services.AddSingleton(time);
        services.AddSingleton(instruments);
        services.AddSingleton(warehouse.Reader);
        services.AddSingleton(warehouse.Summaries);
        if (cold is null) return;
        services.AddSingleton<IColdTier>(cold);
        services.AddSingleton<IColdReader>(cold);
        services.AddHostedService(_ => new ColdOpening(cold, time));

        // For who asks from outside; the trade path reads the warehouse and never waits for a store.
        services.AddKeyedSingleton<IWarehouseReader>(WarehouseReaders.History, new TieredReader(warehouse.Reader, cold, warehouse.Cold, retention, time));
    }

    public static void MapPlatform(this WebApplication app, SiloRole role)
    {
        if (role == SiloRole.Silo)
        {
            app.MapK2Operation();
        }
        else
        {
            app.MapK2Api();
            app.MapOrleansDashboard("/dashboard");
        }

        app.MapMetrics();
    }
}
