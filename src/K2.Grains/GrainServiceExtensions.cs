using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Exchanges;
using K2.Grains.Cold;
using K2.Grains.Connectors;
using K2.Grains.Placement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace K2.Grains;

/// <summary>Registers what the grains need beside log and warehouse.</summary>
public static class GrainServiceExtensions
{
    /// <summary>Adds connectors and candle options to the silo's services.</summary>
    public static IServiceCollection AddK2Grains(this IServiceCollection services, ConnectorHostOptions connectors, CandleBookOptions candles, ColdSchedule cold)
    {
        services.AddSingleton(connectors);
        services.AddSingleton(candles);
        services.AddSingleton(cold);
        services.AddSingleton<ColdMetrics>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(WarehouseReaders.History, (provider, _) => provider.GetRequiredService<IWarehouseReader>());
        foreach (var adapter in ExchangeAdapters.All) services.AddSingleton(adapter);
        services.AddSingleton<ConnectorHost>();
        services.AddSingleton<ConnectorPauses>();
        services.AddSingleton<IConnectorHost>(provider => provider.GetRequiredService<ConnectorHost>());
        services.AddHostedService<GrainSpread>();
        return services;
    }
}
