using K2.Contracts.Cold;

namespace K2.Contracts.Http;

/// <summary>Snapshots of a cold table, newest first, as <c>GET /v1/snapshots</c> answers them.</summary>
public sealed record ColdSnapshotPage
{
    /// <summary>The snapshots.</summary>
    public required IReadOnlyList<ColdSnapshotView> Data { get; init; }
}
