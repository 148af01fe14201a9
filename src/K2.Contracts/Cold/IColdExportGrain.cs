using System.Collections.Immutable;
using Orleans.Concurrency;

namespace K2.Contracts.Cold;

/// <summary>
/// Keeps one cold table: exports every quarter of an hour, maintains and audits at 02:00 UTC of the data's clock. The key is the table's name. Where the table stands is in the
/// table itself: a second activation, or one that was killed, does no harm.
/// </summary>
[Alias("k2.IColdExportGrain")]
public interface IColdExportGrain : IGrainWithStringKey
{
    /// <summary>Sees to it that it works by itself.</summary>
    [Alias("Schedule")]
    Task Schedule();

    /// <summary>Begins work, and returns at once; while other work runs, that is returned and nothing begins.</summary>
    [Alias("Start"), AlwaysInterleave]
    Task<ColdRun> Start(ColdJob job);

    /// <summary>Returns the latest runs; one that has not ended is under way.</summary>
    [Alias("GetStatus"), AlwaysInterleave]
    Task<ColdTableStatus> GetStatus();

    /// <summary>Returns one of the last few runs by the request that began it, or null if it is not known (any more).</summary>
    [Alias("GetRun"), AlwaysInterleave]
    Task<ColdRun?> GetRun(Guid jobId);

    /// <summary>Returns the newest snapshots, newest first.</summary>
    /// <param name="limit">The most, 1 to 1000.</param>
    [Alias("GetSnapshots"), AlwaysInterleave]
    Task<ImmutableArray<ColdSnapshotView>> GetSnapshots(int limit);
}
