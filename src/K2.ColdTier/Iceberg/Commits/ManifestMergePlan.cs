using K2.ColdTier.Iceberg.Manifests;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>Puts the lines of many manifests into few, ordered by partition, so that a reader opens few files and skips most of their ranges.</summary>
internal sealed class ManifestMergePlan(long snapshotId, int most) : ISnapshotPlan
{
    private const int LinesPerManifest = 5000;
    private HashSet<string> _sources = [];
    private List<NewManifest> _merged = [];

    public long SnapshotId => snapshotId;

    public TableCommit? Commit => null;

    public async Task<PlannedSnapshot?> PlanAsync(TableMetadata table, TableFiles files, CancellationToken cancellationToken)
    {
        var manifests = (await files.ManifestsAsync(table.Current, cancellationToken)).Where(manifest => manifest.HasLiveFiles || manifest.Content != 0).ToList();
        var sources = manifests.Where(manifest => manifest.Content == 0).ToList();
        // What was merged for an earlier attempt holds as long as all its sources stand in the list.
        if (_sources.Count == 0 || !_sources.IsSubsetOf(sources.Select(manifest => manifest.Path)))
        {
            if (sources.Count <= most) return null;
            _merged = await MergeAsync(sources, table, files, cancellationToken);
            _sources = [.. sources.Select(manifest => manifest.Path)];
        }

        return new PlannedSnapshot(TableOperation.Replace, [.. manifests.Where(manifest => !_sources.Contains(manifest.Path))], _merged, [], []);
    }

    private async Task<List<NewManifest>> MergeAsync(List<ManifestFile> sources, TableMetadata table, TableFiles files, CancellationToken cancellationToken)
    {
        var merged = new List<NewManifest>();
        foreach (var ofSpec in sources.GroupBy(manifest => manifest.SpecId))
        {
            var lines = new List<ManifestEntry>();
            foreach (var manifest in ofSpec) lines.AddRange((await files.EntriesAsync(manifest, table, cancellationToken)).Where(entry => entry.IsLive).Select(entry => entry with { Status = EntryStatus.Existing }));
            var spec = table.Specs.Single(spec => spec.SpecId == ofSpec.Key);
            // Paths begin with the partition, and are as good as any other order within one.
            foreach (var chunk in lines.OrderBy(line => line.File.Path, StringComparer.Ordinal).Chunk(LinesPerManifest)) merged.Add(await files.WriteAsync(snapshotId, chunk, table, spec, cancellationToken));
        }

        return merged;
    }
}
