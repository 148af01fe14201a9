namespace K2.ColdTier.Iceberg.Manifests;

/// <summary>The least and the greatest value of one part of the partitions in a manifest, encoded.</summary>
/// <param name="ContainsNull">Whether there is a null.</param>
/// <param name="Lower">The least, or null if there are only nulls.</param>
/// <param name="Upper">The greatest.</param>
internal sealed record PartitionRange(bool ContainsNull, byte[]? Lower, byte[]? Upper)
{
    /// <summary>Whether a file with this value may be in the manifest.</summary>
    public bool MayContain(object? value) => value is null ? ContainsNull : Lower is not null && Upper is not null && SingleValue.IsBetween(value, Lower, Upper);
}

/// <summary>A manifest as the list of a snapshot shows it.</summary>
internal sealed record ManifestFile
{
    /// <summary>Its location.</summary>
    public required string Path { get; init; }

    public required long Length { get; init; }

    public required int SpecId { get; init; }

    /// <summary>0: data files, 1: deleted rows, which only other programs write.</summary>
    public int Content { get; init; }

    /// <summary>The commit that wrote it; of a manifest not yet committed it is set for each attempt.</summary>
    public long SequenceNumber { get; init; }

    public long MinSequenceNumber { get; init; }

    public required long AddedSnapshotId { get; init; }

    public int AddedFiles { get; init; }

    public int ExistingFiles { get; init; }

    public int DeletedFiles { get; init; }

    public long AddedRows { get; init; }

    public long ExistingRows { get; init; }

    public long DeletedRows { get; init; }

    public IReadOnlyList<PartitionRange> Partitions { get; init; } = [];

    /// <summary>Whether any of its files is in the table.</summary>
    public bool HasLiveFiles => AddedFiles + ExistingFiles > 0;

    /// <summary>Whether a file of a partition may be in it.</summary>
    public bool MayHold(IReadOnlyList<object?> partition) => Partitions.Count != partition.Count || Partitions.Zip(partition).All(part => part.First.MayContain(part.Second));

    public int LiveFiles => AddedFiles + ExistingFiles;

    public long LiveRows => AddedRows + ExistingRows;
}
