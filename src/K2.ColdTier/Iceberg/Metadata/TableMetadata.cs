using System.Collections.Immutable;

namespace K2.ColdTier.Iceberg.Metadata;

/// <summary>All that a metadata file says: Iceberg v2.</summary>
public sealed record TableMetadata
{
    internal const int FormatVersion = 2;
    internal const string MainBranch = "main";
    private const int MetadataLogLength = 100;

    /// <summary>The table's identity.</summary>
    public required Guid TableUuid { get; init; }

    /// <summary>Where the table was made; all locations in it begin so.</summary>
    public required string Location { get; init; }

    /// <summary>The number of the last commit that made a snapshot.</summary>
    public long LastSequenceNumber { get; init; }

    /// <summary>When this was written, in milliseconds since 1970-01-01 UTC.</summary>
    public long LastUpdatedMs { get; init; }

    /// <summary>The highest field id ever used.</summary>
    public required int LastColumnId { get; init; }

    /// <summary>All schemas that files may have been written with.</summary>
    public required ImmutableArray<IcebergSchema> Schemas { get; init; }

    /// <summary>The schema in force.</summary>
    public int CurrentSchemaId { get; init; }

    /// <summary>All partition specs that files may have been written with.</summary>
    public required ImmutableArray<PartitionSpec> Specs { get; init; }

    /// <summary>The partition spec in force.</summary>
    public int DefaultSpecId { get; init; }

    /// <summary>The highest id of a partition field ever used.</summary>
    public required int LastPartitionId { get; init; }

    /// <summary>Settings that readers and writers agree on, the name mapping among them.</summary>
    public ImmutableSortedDictionary<string, string> Properties { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The snapshot that a reader sees; null of an empty table.</summary>
    public long? CurrentSnapshotId { get; init; }

    /// <summary>The snapshots that were not expired.</summary>
    public ImmutableArray<Snapshot> Snapshots { get; init; } = [];

    /// <summary>Which snapshot was current when.</summary>
    public ImmutableArray<SnapshotLogEntry> SnapshotLog { get; init; } = [];

    /// <summary>The metadata files before this one, the last hundred.</summary>
    public ImmutableArray<MetadataLogEntry> MetadataLog { get; init; } = [];

    /// <summary>All sort orders.</summary>
    public ImmutableArray<SortOrder> SortOrders { get; init; } = [SortOrder.Unsorted];

    /// <summary>The sort order in force.</summary>
    public int DefaultSortOrderId { get; init; }

    /// <summary>Named snapshots.</summary>
    public ImmutableSortedDictionary<string, SnapshotReference> References { get; init; } = ImmutableSortedDictionary<string, SnapshotReference>.Empty;

    /// <summary>The schema in force.</summary>
    public IcebergSchema Schema => Schemas.Single(schema => schema.SchemaId == CurrentSchemaId);

    /// <summary>The partition spec in force.</summary>
    public PartitionSpec Spec => Specs.Single(spec => spec.SpecId == DefaultSpecId);

    /// <summary>The snapshot that a reader sees; null of an empty table.</summary>
    public Snapshot? Current => CurrentSnapshotId is { } id ? Find(id) : null;

    /// <summary>The snapshot of a number; null if there is none or it has expired.</summary>
    public Snapshot? Find(long id) => Snapshots.FirstOrDefault(snapshot => snapshot.Id == id);

    /// <summary>The snapshot that was current at a time; null if there was none or it has expired.</summary>
    public Snapshot? AsOf(DateTimeOffset time)
    {
        var entries = SnapshotLog.Where(entry => entry.TimestampMs <= time.ToUnixTimeMilliseconds()).ToList();
        return entries.Count == 0 ? null : Find(entries[^1].SnapshotId);
    }

    /// <summary>The current snapshot and those before it, newest first, as far back as they have not expired.</summary>
    public IEnumerable<Snapshot> Ancestors()
    {
        for (var snapshot = Current; snapshot is not null; snapshot = snapshot.ParentId is { } parent ? Find(parent) : null) yield return snapshot;
    }

    /// <summary>Makes the metadata of a new table.</summary>
    public static TableMetadata Create(string location, IcebergSchema schema, PartitionSpec spec, SortOrder order, Guid uuid, DateTimeOffset now) => new()
    {
        TableUuid = uuid,
        Location = location,
        LastUpdatedMs = now.ToUnixTimeMilliseconds(),
        LastColumnId = schema.LastColumnId,
        Schemas = [schema],
        CurrentSchemaId = schema.SchemaId,
        Specs = [spec],
        DefaultSpecId = spec.SpecId,
        LastPartitionId = spec.LastFieldId,
        Properties = ImmutableSortedDictionary<string, string>.Empty.Add(NameMapping.Property, NameMapping.Of(schema)).Add("write.format.default", "parquet").Add("write.parquet.compression-codec", "zstd"),
        SortOrders = order.OrderId == 0 ? [SortOrder.Unsorted] : [SortOrder.Unsorted, order],
        DefaultSortOrderId = order.OrderId,
    };

    /// <summary>This with a new time, later than the last whatever the clock says, and with the file it follows in the log.</summary>
    internal TableMetadata After(string metadataFile, DateTimeOffset now)
    {
        var log = MetadataLog.Add(new MetadataLogEntry(LastUpdatedMs, metadataFile));
        return this with
        {
            LastUpdatedMs = Math.Max(now.ToUnixTimeMilliseconds(), LastUpdatedMs + 1),
            MetadataLog = log.Length > MetadataLogLength ? log.RemoveRange(0, log.Length - MetadataLogLength) : log,
        };
    }

    /// <summary>This with one more snapshot, which is the current one.</summary>
    internal TableMetadata With(Snapshot snapshot) => this with
    {
        LastSequenceNumber = snapshot.SequenceNumber,
        CurrentSnapshotId = snapshot.Id,
        Snapshots = Snapshots.Add(snapshot),
        SnapshotLog = SnapshotLog.Add(new SnapshotLogEntry(snapshot.TimestampMs, snapshot.Id)),
        References = References.SetItem(MainBranch, new SnapshotReference(snapshot.Id, "branch")),
    };

    /// <summary>This without some snapshots. The log of current ones loses what lies before a gap, as the specification wants.</summary>
    internal TableMetadata Without(IReadOnlySet<long> expired)
    {
        var kept = SnapshotLog.Reverse().TakeWhile(entry => !expired.Contains(entry.SnapshotId)).Reverse();
        return this with { Snapshots = Snapshots.RemoveAll(snapshot => expired.Contains(snapshot.Id)), SnapshotLog = [.. kept] };
    }

    /// <summary>This with one more column.</summary>
    internal TableMetadata WithColumn(string name, IcebergType type)
    {
        var schema = Schema.With(name, type, Schemas.Max(s => s.SchemaId) + 1, LastColumnId);
        return this with
        {
            Schemas = Schemas.Add(schema),
            CurrentSchemaId = schema.SchemaId,
            LastColumnId = schema.LastColumnId,
            Properties = Properties.SetItem(NameMapping.Property, NameMapping.Of(schema)),
        };
    }
}
