using System.Globalization;
using K2.Client.Http;
using K2.Client.Watching;
using K2.Contracts.Cold;
using K2.Contracts.Http;

namespace K2.Client;

/// <summary>The cold tables of the platform: their states, and work on them. Thread-safe.</summary>
public sealed class K2ColdTables
{
    private readonly K2RestApi _rest;
    private readonly Func<CancellationToken, Task<GatewayConnection>> _gateway;
    private readonly TimeProvider _time;

    internal K2ColdTables(K2RestApi rest, Func<CancellationToken, Task<GatewayConnection>> gateway, TimeProvider time) => (_rest, _gateway, _time) = (rest, gateway, time);

    /// <summary>Returns the tables and the latest work on each.</summary>
    public async Task<IReadOnlyList<ColdTableStatus>> GetTablesAsync(CancellationToken cancellationToken = default) => (await _rest.GetAsync("/v1/cold", ApiJson.Default.ColdTablePage, cancellationToken)).Data;

    /// <summary>Returns the states of a table that can be read, newest first.</summary>
    /// <param name="table">For example <c>silver_trades</c>.</param>
    /// <param name="limit">The most, 1 to 1000.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<IReadOnlyList<ColdSnapshotView>> GetSnapshotsAsync(string table, int limit = 100, CancellationToken cancellationToken = default) =>
        (await _rest.GetAsync(string.Create(CultureInfo.InvariantCulture, $"/v1/snapshots?table={Uri.EscapeDataString(table)}&limit={limit}"), ApiJson.Default.ColdSnapshotPage, cancellationToken)).Data;

    /// <summary>
    /// Has work done on a table and returns when it has ended. Other work that is under way is waited for first. Cancelling ends the wait; the platform goes on.
    /// </summary>
    public async Task<ColdRun> RunAsync(string table, ColdJob job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        var gateway = await _gateway(cancellationToken);
        return await gateway.CallAsync(cluster => ColdRuns.RunAsync(cluster.GetGrain<IColdExportGrain>(table), job, _time, cancellationToken), cancellationToken);
    }
}
