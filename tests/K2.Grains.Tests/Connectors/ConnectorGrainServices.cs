using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Grains.Connectors;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace K2.Grains.Tests.Connectors;

/// <summary>What the connectors' grains need of a silo, without a network.</summary>
internal static class ConnectorGrainServices
{
    public static void AddConnectorGrains(this IServiceCollection services, IConnectorHost sockets, InMemoryWarehouse warehouse)
    {
        services.AddSingleton(sockets);
        services.AddSingleton<IWarehouseWriter>(warehouse);
        services.AddSingleton<IAuditReader>(new Notes(warehouse));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ConnectorPauses>();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Critical));
    }

    private sealed class Notes(InMemoryWarehouse warehouse) : IAuditReader
    {
        public Task<(string Outcome, Timestamp At)?> LatestAsync(string check, string subject, CancellationToken cancellationToken) =>
            Task.FromResult(warehouse.Audits.LastOrDefault(entry => (entry.Check, entry.Subject) == (check, subject)) is { } entry ? (entry.Outcome, entry.At) : ((string, Timestamp)?)null);
    }
}
