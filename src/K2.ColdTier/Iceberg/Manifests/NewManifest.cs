namespace K2.ColdTier.Iceberg.Manifests;

/// <summary>A manifest that is written but not yet in a snapshot, so that it has no sequence number.</summary>
/// <param name="File">Its line in the list.</param>
/// <param name="LeastSequenceNumber">The least that its lines name themselves; null if all of them take the commit's.</param>
internal sealed record NewManifest(ManifestFile File, long? LeastSequenceNumber)
{
    public static NewManifest Of(string path, long length, long snapshotId, IReadOnlyList<ManifestEntry> entries, PartitionSpec spec)
    {
        int Files(EntryStatus status) => entries.Count(entry => entry.Status == status);
        long Rows(EntryStatus status) => entries.Where(entry => entry.Status == status).Sum(entry => entry.File.RecordCount);
        var file = new ManifestFile
        {
            Path = path,
            Length = length,
            SpecId = spec.SpecId,
            AddedSnapshotId = snapshotId,
            AddedFiles = Files(EntryStatus.Added),
            ExistingFiles = Files(EntryStatus.Existing),
            DeletedFiles = Files(EntryStatus.Deleted),
            AddedRows = Rows(EntryStatus.Added),
            ExistingRows = Rows(EntryStatus.Existing),
            DeletedRows = Rows(EntryStatus.Deleted),
            Partitions = [.. spec.Fields.Select((_, index) => Range([.. entries.Select(entry => entry.File.Partition[index])]))],
        };
        return new NewManifest(file, entries.Where(entry => entry.IsLive).Min(entry => entry.SequenceNumber));
    }

    /// <summary>The line of the list once the number of the commit is known.</summary>
    public ManifestFile At(long sequenceNumber) => File with { SequenceNumber = sequenceNumber, MinSequenceNumber = LeastSequenceNumber ?? sequenceNumber };

    private static PartitionRange Range(List<object?> values)
    {
        var known = values.Where(value => value is not null).Distinct().Order(Comparer<object?>.Create((left, right) => left is string text ? string.CompareOrdinal(text, (string)right!) : Comparer<object>.Default.Compare(left, right))).ToList();
        return new PartitionRange(known.Count < values.Distinct().Count(), known.Count == 0 ? null : SingleValue.OfPartition(known[0]!), known.Count == 0 ? null : SingleValue.OfPartition(known[^1]!));
    }
}
