using K2.Api.Candles;
using K2.Api.Http;
using K2.Api.Pages;
using K2.Api.Status;
using K2.Api.Trades;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api;

/// <summary>Maps the REST API and the page at <c>/</c>.</summary>
public static class ApiApplicationExtensions
{
    /// <summary>
    /// Maps <c>/</c>, <c>/health</c> and <c>/v1/…</c>, and puts host check, security headers and problem details before every endpoint of the
    /// application, also those of others such as the dashboard.
    /// </summary>
    public static void MapK2Api(this WebApplication app)
    {
        app.Use(SecurityHeaders.ApplyAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Problem.OfStatus(context.HttpContext).ExecuteAsync(context.HttpContext));
        app.Use(app.Services.GetRequiredService<HostGuard>().CheckAsync);
        app.UseRouting();
        app.UseRateLimiter();

        app.MapGet("/", IndexPage.WriteAsync);
        app.MapGet("/health", HealthEndpoint.GetAsync);
        app.MapGet("/v1/cluster", (HttpContext http, SiloIdentity identity) => StatusEndpoints.GetCluster(http, identity));
        app.MapGet("/v1/status", StatusEndpoints.GetStatusAsync);
        app.MapGet("/v1/symbols", StatusEndpoints.GetSymbolsAsync);
        app.MapGet("/v1/live", LiveEndpoint.GetAsync);
        app.MapGet("/v1/trades/last", LastTradeEndpoint.GetAsync);
        app.MapGet("/v1/trades", TradeEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapGet("/v1/ohlcv/{timeframe}", CandleEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
    }
}
