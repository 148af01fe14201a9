using K2.ColdTier.Iceberg.Manifests;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>Makes the next snapshot's manifests from a table as it stands. It is asked again after a conflict, and writes nothing twice that can be used again.</summary>
internal interface ISnapshotPlan
{
    /// <summary>The number of the snapshot, chosen once.</summary>
    long SnapshotId { get; }

    /// <summary>What the exporter asked for; null of maintenance.</summary>
    TableCommit? Commit { get; }

    /// <summary>Returns the manifests, or null if there is nothing to do.</summary>
    Task<PlannedSnapshot?> PlanAsync(TableMetadata table, TableFiles files, CancellationToken cancellationToken);
}

/// <summary>The next snapshot's manifests.</summary>
/// <param name="Operation">What it does.</param>
/// <param name="Kept">Manifests of the snapshot before.</param>
/// <param name="New">Manifests that were written for it.</param>
/// <param name="Added">The files it adds.</param>
/// <param name="Removed">The files it takes out.</param>
internal sealed record PlannedSnapshot(TableOperation Operation, IReadOnlyList<ManifestFile> Kept, IReadOnlyList<NewManifest> New, IReadOnlyList<DataFile> Added, IReadOnlyList<DataFile> Removed);
