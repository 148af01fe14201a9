namespace K2.Abstractions.Cold;

/// <summary>What maintenance did with one table.</summary>
/// <param name="Table">The table.</param>
/// <param name="CompactedPartitions">Partitions whose files were joined.</param>
/// <param name="FilesBefore">Files that were joined.</param>
/// <param name="FilesAfter">Files that they became.</param>
/// <param name="ExpiredSnapshots">Snapshots that can no longer be read.</param>
/// <param name="MergedManifests">Whether manifests were merged.</param>
/// <param name="DeletedFiles">Files that nothing referred to.</param>
/// <param name="DeletedBytes">Their bytes.</param>
public sealed record ColdMaintenanceOutcome(string Table, int CompactedPartitions, int FilesBefore, int FilesAfter, int ExpiredSnapshots, bool MergedManifests, int DeletedFiles, long DeletedBytes)
{
    /// <summary>Whether anything was done.</summary>
    public bool IsChange => CompactedPartitions + ExpiredSnapshots + DeletedFiles > 0 || MergedManifests;
}
