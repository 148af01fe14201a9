using System.Threading.RateLimiting;
using K2.Abstractions.Warehouse;
using K2.Api.Http;
using K2.Api.Status;
using K2.Contracts.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace K2.Api;

/// <summary>Registers what the REST API needs beside the platform's own services.</summary>
public static class ApiServiceExtensions
{
    internal const string WarehouseReads = "k2-warehouse-reads";
    private const int ConcurrentReads = 64;
    private const int WaitingReads = 512;

    /// <summary>
    /// Adds the REST API. The host also registers <c>InstrumentTable</c>, <c>IWarehouseReader</c>, <c>IWarehouseSummaries</c> and an Orleans <c>IGrainFactory</c>, and, where
    /// the process takes trades, <c>PipelineCounters</c> and <c>ILog</c> (for the lag).
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="endpoints">
    /// Names the process's addresses; asked for when a request needs them, so after the host has started. Without a gateway of its own it is a client of the cluster, and
    /// a silo's gateway is named to apps.
    /// </param>
    public static IServiceCollection AddK2Api(this IServiceCollection services, Func<SiloEndpoints> endpoints)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddKeyedSingleton(WarehouseReaders.History, (provider, _) => provider.GetRequiredService<IWarehouseReader>());
        services.AddSingleton(new SiloIdentity(endpoints));
        services.AddSingleton<Readiness>();
        services.AddSingleton<PlatformObserver>();
        services.AddSingleton<GrainReads>();
        services.AddSingleton<HostGuard>();
        services.AddProblemDetails();
        services.AddExceptionHandler<FailureHandler>();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            options.OnRejected = (context, _) => new ValueTask(Problem.Busy.ExecuteAsync(context.HttpContext));
            options.AddConcurrencyLimiter(WarehouseReads, limit =>
            {
                limit.PermitLimit = ConcurrentReads;
                limit.QueueLimit = WaitingReads;
                limit.QueueProcessingOrder = QueueProcessingOrder.OldestFirst;
            });
        });
        return services;
    }
}
