namespace K2.ColdTier.Iceberg.Manifests;

/// <summary>What a manifest says about a file.</summary>
internal enum EntryStatus
{
    /// <summary>It was in the table before and is still.</summary>
    Existing = 0,

    /// <summary>The manifest's snapshot added it.</summary>
    Added = 1,

    /// <summary>The manifest's snapshot took it out.</summary>
    Deleted = 2,
}

/// <summary>A line of a manifest.</summary>
/// <param name="Status">What became of the file.</param>
/// <param name="SnapshotId">In which snapshot.</param>
/// <param name="SequenceNumber">The commit that added the file; null in a new manifest, whose readers take it from the list.</param>
/// <param name="FileSequenceNumber">The same, of the file itself.</param>
/// <param name="File">The file.</param>
internal sealed record ManifestEntry(EntryStatus Status, long SnapshotId, long? SequenceNumber, long? FileSequenceNumber, DataFile File)
{
    /// <summary>Whether the file is in the table.</summary>
    public bool IsLive => Status != EntryStatus.Deleted;
}
