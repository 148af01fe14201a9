using System.Collections.Immutable;
using System.Security.Cryptography;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Iceberg.Maintenance;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg;

/// <summary>One table in an object store: commits, reads of its file lists, and what maintenance and audit are made of. Thread-safe; any number of processes may use one table.</summary>
public sealed class IcebergTable
{
    private readonly ITableCatalog _catalog;
    private readonly IObjectStore _store;
    private readonly string _prefix;
    private readonly TimeProvider _time;
    private readonly TableCommitter _committer;

    /// <summary>Names a table; nothing is read yet.</summary>
    /// <param name="catalog">Knows the latest metadata.</param>
    /// <param name="store">Holds the table's files.</param>
    /// <param name="prefix">The table's folder in the store.</param>
    /// <param name="options">How long a commit tries.</param>
    /// <param name="time">Stamps snapshots and paces repetitions.</param>
    /// <param name="random">Draws pauses; used under a lock.</param>
    public IcebergTable(ITableCatalog catalog, IObjectStore store, string prefix, CommitOptions options, TimeProvider time, Random random)
    {
        _catalog = catalog;
        _store = store;
        _prefix = ObjectKey.Check(prefix);
        _time = time;
        _committer = new TableCommitter(catalog, store, prefix, options, time, random);
    }

    /// <summary>The table's folder in the store.</summary>
    public string Prefix => _prefix;

    /// <summary>Reads the latest metadata.</summary>
    /// <exception cref="TableFormatException">There is no table, or it cannot be understood.</exception>
    public async Task<VersionedTable> LoadAsync(CancellationToken cancellationToken) =>
        await _catalog.LoadAsync(cancellationToken) ?? throw new TableFormatException($"there is no table at {_store.LocationOf(_prefix)}");

    /// <summary>Returns the table, made now if there is none. A table that is there keeps its schema.</summary>
    /// <exception cref="OutcomeUnknownException">The table may have been made; call again.</exception>
    public async Task<VersionedTable> CreateIfAbsentAsync(IcebergSchema schema, PartitionSpec spec, SortOrder order, CancellationToken cancellationToken)
    {
        if (await _catalog.LoadAsync(cancellationToken) is { } there) return there;
        var table = TableMetadata.Create(_store.LocationOf(_prefix), schema, spec, order, Guid.NewGuid(), _time.GetUtcNow());
        return await _catalog.TryCommitAsync(null, table, cancellationToken) ?? await LoadAsync(cancellationToken);
    }

    /// <summary>
    /// Commits a change exactly once. Positions (<see cref="TableCommit.Watermarks"/>) decide: at their ends or beyond → nothing is done; where the exporter began → the change is made,
    /// over whatever else was committed meanwhile; elsewhere → <see cref="FencedException"/>. A cancelled commit may be in the table: load it before anything is concluded.
    /// </summary>
    /// <exception cref="FencedException">Another exporter has moved a position. The commit is not in the table.</exception>
    /// <exception cref="CommitConflictException">A file to be taken out is gone, or others were quicker too often. The commit is not in the table.</exception>
    /// <exception cref="OutcomeUnknownException">The commit may be in the table now or later. Its files must stay; load the table's positions and begin anew.</exception>
    /// <exception cref="ObjectStoreException">The store failed. The commit is not in the table.</exception>
    public Task<CommitResult> CommitAsync(TableCommit commit, CancellationToken cancellationToken) => _committer.CommitAsync(new FileChangePlan(NewId(), commit), cancellationToken);

    /// <summary>The table's positions by name, as the current snapshot or the newest before it that holds one says.</summary>
    public static ImmutableSortedDictionary<string, long> Watermarks(VersionedTable table) => SummaryProperties.Watermarks(table.Metadata);

    /// <summary>Adds a column that is null in all rows so far; false if there is one of that name and type.</summary>
    /// <exception cref="CommitConflictException">There is one of that name with another type.</exception>
    public async Task<bool> AddColumnAsync(string name, IcebergType type, CancellationToken cancellationToken)
    {
        // A repetition after a lost answer finds the column and is content: what counts is that it is there.
        var result = await _committer.UpdateAsync(
            (version, _) =>
            {
                var table = version.Metadata;
                if (table.Schema.Fields.FirstOrDefault(field => field.Name == name) is not { } there) return Task.FromResult<TableMetadata?>(table.After(version.MetadataFile, _time.GetUtcNow()).WithColumn(name, type));
                return there.Type.WithIds(() => 0) == type.WithIds(() => 0) ? Task.FromResult<TableMetadata?>(null) : throw new CommitConflictException($"{_prefix} has a column {name} of another type");
            },
            _ => false,
            cancellationToken);
        return result.Published;
    }

    /// <summary>The files of a snapshot.</summary>
    public Task<IReadOnlyList<DataFile>> FilesAsync(VersionedTable table, Snapshot snapshot, CancellationToken cancellationToken) => FilesAsync(table, snapshot, null, cancellationToken);

    /// <summary>The files of a snapshot but for those of manifests that hold none of some partitions (null: all partitions).</summary>
    public async Task<IReadOnlyList<DataFile>> FilesAsync(VersionedTable table, Snapshot snapshot, IReadOnlyCollection<IReadOnlyList<object?>>? partitions, CancellationToken cancellationToken)
    {
        var files = new TableFiles(_store, _prefix, table.Metadata.Location);
        var found = new List<DataFile>();
        foreach (var manifest in await files.ManifestsAsync(snapshot, cancellationToken))
        {
            if (manifest.HasLiveFiles && (partitions?.Any(manifest.MayHold) ?? true)) found.AddRange((await files.EntriesAsync(manifest, table.Metadata, cancellationToken)).Where(entry => entry.IsLive).Select(entry => entry.File));
        }

        return found;
    }

    /// <summary>
    /// Puts the lines of all manifests into few if there are more than <paramref name="most"/>. Rows and positions stay; done again it does nothing.
    /// </summary>
    public Task<CommitResult> MergeManifestsAsync(int most, CancellationToken cancellationToken) => _committer.CommitAsync(new ManifestMergePlan(NewId(), most), cancellationToken);

    /// <summary>
    /// Takes snapshots out of the metadata that are older than a time, but never the current one, the last <paramref name="keepAtLeast"/>, named ones, and those that hold a position that
    /// no later one repeats. No file is deleted here: that is <see cref="SweepAsync"/>'s, after the grace period. Returns how many were taken out.
    /// </summary>
    public async Task<int> ExpireAsync(DateTimeOffset olderThan, int keepAtLeast, CancellationToken cancellationToken)
    {
        var expired = 0;
        await _committer.UpdateAsync(
            (version, _) =>
            {
                var gone = SnapshotExpiry.Expired(version.Metadata, olderThan, keepAtLeast);
                if (gone.Count > 0) expired = gone.Count;
                return Task.FromResult(gone.Count == 0 ? null : version.Metadata.Without(gone).After(version.MetadataFile, _time.GetUtcNow()));
            },
            _ => false,
            cancellationToken);
        return expired;
    }

    /// <summary>
    /// Deletes files that nothing refers to and that are older than the grace period: what expired snapshots leave, and what killed exporters left. Nothing that the table referred
    /// to at any time within the grace period is touched. Safe beside exports and readers; done again it does nothing.
    /// </summary>
    /// <param name="grace">Longer than any reader reads and any commit lasts.</param>
    /// <param name="wallClock">The store's kind of time: never the data's clock.</param>
    /// <param name="cancellationToken">Stops it between steps.</param>
    public Task<SweepResult> SweepAsync(TimeSpan grace, TimeProvider wallClock, CancellationToken cancellationToken) => new TableSweep(_catalog, _store, _prefix).RunAsync(wallClock.GetUtcNow() - grace, cancellationToken);

    /// <summary>Compares the current snapshot with the files that are there.</summary>
    public Task<TableAudit> AuditAsync(CancellationToken cancellationToken) => TableAudit.RunAsync(this, _store, cancellationToken);

    // Positive: some readers take a negative number for none.
    private static long NewId() => BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long))) & long.MaxValue;
}
