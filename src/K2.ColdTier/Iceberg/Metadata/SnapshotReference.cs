namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>A name of a snapshot: the branch <c>main</c>, and what other programs have added.</summary>
/// <param name="SnapshotId">The snapshot.</param>
/// <param name="Type"><c>branch</c> or <c>tag</c>.</param>
public sealed record SnapshotReference(long SnapshotId, string Type);
