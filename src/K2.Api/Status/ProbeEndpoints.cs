using K2.Api.Http;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Status;

/// <summary>What an orchestrator asks: whether to restart this process, and whether to send it requests.</summary>
internal static class ProbeEndpoints
{
    /// <summary>
    /// <c>GET /health/live</c>: 200 while the process answers, by the same thread pool that its grains run on. Nothing else is asked: a restart mends no ClickHouse that is away.
    /// </summary>
    public static IResult GetLive(HttpContext http)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;
        http.Response.Headers.CacheControl = "no-store";
        return Results.Text("live\n");
    }

    /// <summary><c>GET /health/ready</c>: 200 when the process is in the cluster, the warehouse answers, and it does not end; else 503 and the reasons.</summary>
    public static async Task<IResult> GetReadyAsync(HttpContext http, Readiness readiness, PlatformObserver observer, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;
        if (readiness.IsDraining) return Not("This process is draining and ends soon.");

        // A silo answers itself, once it has joined; a client asks one.
        var silos = observer.SilosAsync(cancellationToken);
        var warehouse = await observer.WarehouseProblemAsync(cancellationToken);
        var reasons = new List<string>();
        if (await silos is null) reasons.Add("This process is not in the cluster: no silo answers it.");
        if (warehouse is not null) reasons.Add($"The warehouse does not answer: {warehouse.TrimEnd('.')}.");

        // What was asked took a moment: a drain may have begun.
        if (readiness.IsDraining) reasons.Add("This process is draining and ends soon.");
        if (reasons.Count > 0) return Not(string.Join(' ', reasons));
        http.Response.Headers.CacheControl = "no-store";
        return Results.Text("ready\n");
    }

    private static Problem Not(string reasons) => new(StatusCodes.Status503ServiceUnavailable, reasons);
}
