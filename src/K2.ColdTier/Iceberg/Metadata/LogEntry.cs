namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>A line of the log of current snapshots.</summary>
/// <param name="TimestampMs">From when on.</param>
/// <param name="SnapshotId">Which snapshot was current.</param>
public readonly record struct SnapshotLogEntry(long TimestampMs, long SnapshotId);

/// <summary>A line of the log of metadata files.</summary>
/// <param name="TimestampMs">When it was written.</param>
/// <param name="MetadataFile">Its location.</param>
public readonly record struct MetadataLogEntry(long TimestampMs, string MetadataFile);
