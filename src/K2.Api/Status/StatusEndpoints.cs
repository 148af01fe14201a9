using K2.Api.Http;
using K2.Contracts.Http;
using K2.Domain.Instruments;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Status;

/// <summary><c>GET /v1/cluster</c>, <c>/v1/status</c> and <c>/v1/symbols</c>.</summary>
internal static class StatusEndpoints
{
    public static async Task<IResult> GetClusterAsync(HttpContext http, SiloIdentity identity, PlatformObserver observer, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;
        var endpoints = identity.Endpoints;
        if (endpoints.Gateway.Length > 0) return Results.Text(endpoints.ToJson(), "application/json");

        // This process is none of the silos: apps connect to one that is active now.
        return await observer.GatewayAsync(cancellationToken) is { } gateway
            ? Results.Text((endpoints with { Gateway = gateway }).ToJson(), "application/json")
            : new Problem(StatusCodes.Status503ServiceUnavailable, "No silo of the cluster is reached: see whether one runs, and ask again.");
    }

    public static async Task<IResult> GetStatusAsync(HttpContext http, SiloIdentity identity, PlatformObserver observer, TimeProvider time, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;

        // All at once: each may take as long as an answer is waited for.
        var (silos, retention, cold) = (observer.SilosAsync(cancellationToken), observer.RetentionAsync(cancellationToken), observer.ColdProblemsAsync(cancellationToken));
        var connectors = await observer.ConnectorsAsync(cancellationToken);
        var (lag, verifications, symbols) = (observer.LagAsync(connectors, cancellationToken), observer.VerificationsAsync(connectors, cancellationToken), observer.SymbolsAsync(observer.Active(connectors), cancellationToken));
        var status = new PlatformStatus
        {
            Source = identity.Endpoints.Source,
            Version = identity.Version.Number,
            Commit = identity.Version.Commit,
            Role = identity.Endpoints.Role,
            Started = identity.Endpoints.Started.UtcDateTime,
            Now = time.GetUtcNow().UtcDateTime,
            Silos = await silos ?? [],
            LagRecords = await lag,
            Counters = observer.Counters(),
            Connectors = connectors,
            Verifications = await verifications,
            Retention = await retention,
            ColdProblems = await cold,
            Symbols = await symbols,
        };
        return Results.Json(status, ApiJson.Default.PlatformStatus);
    }

    public static async Task<IResult> GetSymbolsAsync(HttpContext http, InstrumentTable instruments, PlatformObserver observer, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;

        var active = observer.Active(await observer.ConnectorsAsync(cancellationToken)).ToHashSet();
        return Results.Json(new SymbolPage { Data = [.. instruments.All.Select(instrument => View(instrument, active.Contains(instrument)))] }, ApiJson.Default.SymbolPage);
    }

    private static SymbolView View(Instrument instrument, bool active) => new()
    {
        Exchange = instrument.Id.Exchange.ToName(),
        Symbol = instrument.Id.Symbol,
        NativeSymbol = instrument.NativeSymbol,
        BaseAsset = instrument.BaseAsset,
        QuoteAsset = instrument.QuoteAsset,
        PriceScale = instrument.PriceScale,
        QuantityScale = instrument.QuantityScale,
        TradeKind = instrument.TradeKind,
        Active = active,
    };
}
