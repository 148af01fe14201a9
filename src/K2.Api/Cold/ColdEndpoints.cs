using K2.Abstractions.Cold;
using K2.Api.Http;
using K2.Contracts.Cold;
using K2.Contracts.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace K2.Api.Cold;

/// <summary><c>GET /v1/cold</c> (the cold tables and what was done with them) and <c>GET /v1/snapshots</c> (the states of one that can be read).</summary>
internal static class ColdEndpoints
{
    private const int DefaultLimit = 100;

    public static async Task<IResult> GetTablesAsync(HttpContext http, GrainReads grains, CancellationToken cancellationToken)
    {
        if (new RequestReader(http.Request).Problem is { } problem) return problem;
        if (http.RequestServices.GetService<IColdTier>() is not { } cold) return Problem.NoColdTier;
        var tables = await Task.WhenAll(cold.Tables.Select(table => grains.AskAsync(table.Name, (IColdExportGrain grain, CancellationToken _) => grain.GetStatus(), cancellationToken)));
        return new PageResult<ColdTablePage>(new ColdTablePage { Data = tables }, ApiJson.Readable.ColdTablePage, null);
    }

    public static async Task<IResult> GetSnapshotsAsync(HttpContext http, IGrainFactory grains, CancellationToken cancellationToken)
    {
        var request = new RequestReader(http.Request, "table", "limit");
        var limit = request.Limit(DefaultLimit, 1000);
        if (request.Problem is { } problem) return problem;
        if (http.RequestServices.GetService<IColdTier>() is not { } cold) return Problem.NoColdTier;
        var name = http.Request.Query["table"].ToString();
        if (cold.Tables.All(table => table.Name != name)) return Problem.BadRequest($"table '{name}' is no cold table: write one of {string.Join(", ", cold.Tables.Select(table => table.Name))}.");

        // Reads the store, which may take longer than a grain that knows its answer: asking again would only make it read again.
        var snapshots = await grains.GetGrain<IColdExportGrain>(name).GetSnapshots(limit).WaitAsync(cancellationToken);
        return new PageResult<ColdSnapshotPage>(new ColdSnapshotPage { Data = snapshots }, ApiJson.Readable.ColdSnapshotPage, null);
    }
}
