using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Maintenance;

/// <summary>
/// Finds and deletes what nothing refers to. It lists first and reads the table then, so that a file it has seen is either old, or referred to by what it reads, or too young to be deleted.
/// Metadata files go too, but never the last hundred: a commit puts the name after the last, and that name must stay taken for as long as a stalled one may come back.
/// </summary>
internal sealed class TableSweep(ITableCatalog catalog, IObjectStore store, string prefix)
{
    private const int KeptVersions = 100;

    public async Task<SweepResult> RunAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var found = new List<StoredObject>();
        await foreach (var item in store.ListAsync($"{prefix}/data/", cancellationToken)) found.Add(item);
        await foreach (var item in store.ListAsync($"{prefix}/metadata/", cancellationToken)) found.Add(item);
        var current = await catalog.LoadAsync(cancellationToken) ?? throw new TableFormatException($"there is no table at {store.LocationOf(prefix)}");
        var versions = found.Select(item => (Item: item, Version: FileTableCatalog.VersionOf(item.Key))).Where(file => file.Version is not null).ToDictionary(file => file.Version!.Value, file => file.Item);
        // A version was the latest until the next one came.
        bool WasCurrent(long version) => version >= current.Version || !versions.TryGetValue(version + 1, out var next) || next.LastModified >= before;

        var reachable = new HashSet<string>(StringComparer.Ordinal) { $"{prefix}/metadata/version-hint.text" };
        var read = new HashSet<string>(StringComparer.Ordinal);
        await AddAsync(current.Metadata, reachable, read, cancellationToken);
        foreach (var (version, item) in versions)
        {
            if (version > current.Version - KeptVersions || WasCurrent(version)) reachable.Add(item.Key);
            if (version == current.Version || !WasCurrent(version)) continue;
            var bytes = await store.GetAsync(item.Key, cancellationToken);
            if (bytes is not null) await AddAsync(MetadataJson.Read(bytes, item.Key), reachable, read, cancellationToken);
        }

        var unreferenced = found.Where(item => !reachable.Contains(item.Key)).ToList();
        var old = unreferenced.Where(item => item.LastModified < before).ToList();
        await store.DeleteAsync([.. old.Select(item => item.Key)], cancellationToken);
        return new SweepResult([.. old.Select(item => item.Key)], old.Sum(item => item.Size), found.Count - unreferenced.Count, unreferenced.Count - old.Count);
    }

    private async Task AddAsync(TableMetadata table, HashSet<string> reachable, HashSet<string> read, CancellationToken cancellationToken)
    {
        var files = new TableFiles(store, prefix, table.Location);
        foreach (var snapshot in table.Snapshots.Where(snapshot => read.Add(snapshot.ManifestList)))
        {
            reachable.Add(files.KeyOf(snapshot.ManifestList));
            foreach (var manifest in (await files.ManifestsAsync(snapshot, cancellationToken)).Where(manifest => read.Add(manifest.Path)))
            {
                reachable.Add(files.KeyOf(manifest.Path));
                foreach (var entry in (await files.EntriesAsync(manifest, table, cancellationToken)).Where(entry => entry.IsLive)) reachable.Add($"{prefix}/{entry.File.Path}");
            }
        }
    }
}
