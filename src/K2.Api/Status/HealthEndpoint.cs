using K2.Api.Http;
using K2.Contracts.Connectors;
using K2.Contracts.Http;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Status;

/// <summary>
/// <c>GET /health</c>: 503 when the warehouse does not answer, because then nothing can be read; 200 otherwise. A connection that is away for
/// a moment, or a cold table that falls behind or differs, makes the report degraded but must not make an orchestrator restart what still serves.
/// </summary>
internal static class HealthEndpoint
{
    private static readonly HashSet<string> Healthy = ["idle", "streaming", "paused", "drained"];

    public static async Task<IResult> GetAsync(HttpContext http, SiloIdentity identity, PlatformObserver observer, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;

        var asked = observer.WarehouseProblemAsync(cancellationToken);
        var cold = observer.ColdProblemsAsync(cancellationToken);
        var connectors = await observer.ConnectorsAsync(cancellationToken);
        var warehouse = await asked;
        var problems = new List<string>();
        if (warehouse is not null) problems.Add($"The warehouse does not answer: {warehouse}.");
        problems.AddRange(connectors.Where(connector => !Healthy.Contains(connector.State)).Select(Describe));
        problems.AddRange(await cold);
        var report = new HealthReport
        {
            Status = problems.Count == 0 ? HealthReport.Ok : HealthReport.Degraded,
            Problems = [.. problems],
            Warehouse = warehouse is null,
            Connectors = connectors,
            Counters = observer.Counters(),
            Version = identity.Version.Number,
            Commit = identity.Version.Commit,
            Role = identity.Endpoints.Role,
        };
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(report, ApiJson.Default.HealthReport, statusCode: warehouse is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static string Describe(ConnectorStatus connector) =>
        $"The connection to {connector.Exchange} is {connector.State}{(connector.LastError.Length == 0 ? "" : $" ({connector.LastError.TrimEnd('.')})")}.";
}
