using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Manifests;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>
/// The plan of a <see cref="TableCommit"/>. The manifest of added files is written once; a manifest that loses files is written once for each of which it is made, because manifests
/// never change and neither does what is taken out of them.
/// </summary>
internal sealed class FileChangePlan(long snapshotId, TableCommit commit) : ISnapshotPlan
{
    private readonly HashSet<string> _removed = [.. commit.Removed];
    private readonly Dictionary<string, (NewManifest? Manifest, List<DataFile> Removed)> _rewritten = new(StringComparer.Ordinal);
    private NewManifest? _added;

    public long SnapshotId => snapshotId;

    public TableCommit? Commit => commit;

    public async Task<PlannedSnapshot?> PlanAsync(TableMetadata table, TableFiles files, CancellationToken cancellationToken)
    {
        Check(table);
        var (kept, written, removed) = (new List<ManifestFile>(), new List<NewManifest>(), new List<DataFile>());
        foreach (var manifest in await files.ManifestsAsync(table.Current, cancellationToken))
        {
            // What only says that files went away has been said.
            if (!manifest.HasLiveFiles && manifest.Content == 0) continue;
            var rewritten = MayLoseFiles(manifest) ? await RewriteAsync(manifest, table, files, cancellationToken) : (null, []);
            if (rewritten.Manifest is null) kept.Add(manifest);
            else written.Add(rewritten.Manifest);
            removed.AddRange(rewritten.Removed);
        }

        var found = removed.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        if (_removed.FirstOrDefault(path => !found.Contains(path)) is { } missing) throw new CommitConflictException($"{missing} is no longer in the table {table.Location}");
        if (commit.RemovesExactly && found.FirstOrDefault(path => !_removed.Contains(path)) is { } other) throw new CommitConflictException($"{other} has come into a partition of {table.Location} since that was read");
        CheckRows(removed);
        if (commit.Added.Length == 0 && removed.Count == 0 && !commit.Watermarks.Any(step => step.From != step.To)) return null;
        if (commit.Added.Length > 0)
        {
            _added ??= await files.WriteAsync(snapshotId, [.. commit.Added.Select(file => new ManifestEntry(EntryStatus.Added, snapshotId, null, null, file))], table, table.Spec, cancellationToken);
            written.Add(_added);
        }

        return new PlannedSnapshot(commit.Operation, kept, written, commit.Added, removed);
    }

    private void Check(TableMetadata table)
    {
        if (commit.Operation == TableOperation.Append && (_removed.Count > 0 || commit.RemovedPartitions.Length > 0)) throw new ArgumentException("an append takes no files out");
        if (commit.Operation == TableOperation.Delete && commit.Added.Length > 0) throw new ArgumentException("a delete adds no files");
        if (commit.Watermarks.Any(step => step.To < step.From)) throw new ArgumentException("a position never falls");
        if (commit.Summary.Keys.Any(name => !name.StartsWith(SummaryProperties.Prefix, StringComparison.Ordinal) || name.StartsWith(SummaryProperties.Watermark, StringComparison.Ordinal))) throw new ArgumentException("entries of the summary begin with k2. and are no positions");
        if (commit.Added.Select(file => file.Path).Distinct(StringComparer.Ordinal).Count() != commit.Added.Length) throw new ArgumentException("a file is added twice");
        foreach (var file in commit.Added)
        {
            if (!ObjectKey.Check(file.Path).StartsWith("data/", StringComparison.Ordinal)) throw new ArgumentException($"{file.Path} is not below data/");
            if (file.Partition.Count != table.Spec.Fields.Count) throw new ArgumentException($"{file.Path} has {file.Partition.Count} parts of a partition, the table {table.Spec.Fields.Count}");
            if (file.RecordCount <= 0 || file.SizeBytes <= 0) throw new ArgumentException($"{file.Path} is empty");
        }
    }

    private void CheckRows(List<DataFile> removed)
    {
        if (commit.Operation != TableOperation.Replace) return;
        var (before, after) = (removed.Sum(file => file.RecordCount), commit.Added.Sum(file => file.RecordCount));
        if (before != after) throw new ArgumentException($"a replacement has {after} rows for {before}");
    }

    // Paths may be in any manifest; partitions only where the list says so.
    private bool MayLoseFiles(ManifestFile manifest) =>
        _removed.Count > 0 || commit.RemovedPartitions.Any(partition => manifest.Partitions.Count != partition.Count || manifest.Partitions.Zip(partition).All(part => part.First.MayContain(part.Second)));

    private async Task<(NewManifest? Manifest, List<DataFile> Removed)> RewriteAsync(ManifestFile manifest, TableMetadata table, TableFiles files, CancellationToken cancellationToken)
    {
        if (_rewritten.TryGetValue(manifest.Path, out var known)) return known;
        var entries = (await files.EntriesAsync(manifest, table, cancellationToken)).Where(entry => entry.IsLive)
            .Select(entry => IsRemoved(entry.File) ? entry with { Status = EntryStatus.Deleted, SnapshotId = snapshotId } : entry with { Status = EntryStatus.Existing }).ToList();
        var removed = entries.Where(entry => !entry.IsLive).Select(entry => entry.File).ToList();
        var spec = table.Specs.Single(spec => spec.SpecId == manifest.SpecId);
        var rewritten = removed.Count == 0 ? null : await files.WriteAsync(snapshotId, entries, table, spec, cancellationToken);
        return _rewritten[manifest.Path] = (rewritten, removed);
    }

    private bool IsRemoved(DataFile file) => _removed.Contains(file.Path) || commit.RemovedPartitions.Any(partition => partition.SequenceEqual(file.Partition));
}
