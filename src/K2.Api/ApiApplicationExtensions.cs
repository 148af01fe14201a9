using K2.Api.Candles;
using K2.Api.Cold;
using K2.Api.Gaps;
using K2.Api.Http;
using K2.Api.Pages;
using K2.Api.Status;
using K2.Api.Summaries;
using K2.Api.Trades;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api;

/// <summary>Maps the REST API and the page at <c>/</c>.</summary>
public static class ApiApplicationExtensions
{
    private static readonly string[] Read = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps what an operator needs of any process, <c>/health…</c>, <c>/v1/cluster</c> and <c>/v1/status</c>, and puts host check, security headers and problem details before every endpoint of the
    /// application, also those of others such as the dashboard.
    /// </summary>
    public static void MapK2Operation(this WebApplication app)
    {
        app.Use(SecurityHeaders.ApplyAsync);
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => Problem.OfStatus(context.HttpContext).ExecuteAsync(context.HttpContext));
        app.Use(app.Services.GetRequiredService<HostGuard>().CheckAsync);
        app.UseRouting();
        app.UseRateLimiter();

        app.MapMethods("/health", Read, HealthEndpoint.GetAsync);
        app.MapMethods("/health/live", Read, ProbeEndpoints.GetLive);
        app.MapMethods("/health/ready", Read, ProbeEndpoints.GetReadyAsync);
        app.MapMethods("/v1/cluster", Read, StatusEndpoints.GetClusterAsync);
        app.MapMethods("/v1/status", Read, StatusEndpoints.GetStatusAsync);
    }

    /// <summary>Maps <c>/</c> and <c>/v1/…</c> beside what <see cref="MapK2Operation"/> maps.</summary>
    public static void MapK2Api(this WebApplication app)
    {
        app.MapK2Operation();
        app.MapMethods("/", Read, IndexPage.WriteAsync);
        app.MapMethods("/v1/symbols", Read, StatusEndpoints.GetSymbolsAsync);
        app.MapMethods("/v1/cold", Read, ColdEndpoints.GetTablesAsync);
        app.MapMethods("/v1/snapshots", Read, ColdEndpoints.GetSnapshotsAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/live", Read, LiveEndpoint.GetAsync);
        app.MapMethods("/v1/trades/last", Read, LastTradeEndpoint.GetAsync);
        app.MapMethods("/v1/trades", Read, TradeEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/gaps", Read, GapEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/vwap", Read, RangeAverageEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/summary/{symbol}/{date}", Read, DaySummaryEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/compare/{interval}", Read, ComparisonEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/stats", Read, StatisticsEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapPost("/v1/ohlcv/batch", CandleBatchEndpoint.PostAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
        app.MapMethods("/v1/ohlcv/{timeframe}", Read, CandleEndpoint.GetAsync).RequireRateLimiting(ApiServiceExtensions.WarehouseReads);
    }
}
