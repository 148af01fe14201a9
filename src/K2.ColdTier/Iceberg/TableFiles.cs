using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Manifests;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg;

/// <summary>Reads and writes the files of one table by paths below its folder; in the files themselves stand whole locations.</summary>
internal sealed class TableFiles(IObjectStore store, string prefix, string location)
{
    /// <summary>The location of a path.</summary>
    public string Locate(string path) => $"{location}/{path}";

    /// <summary>The path of a location.</summary>
    /// <exception cref="TableFormatException">It is not of this table.</exception>
    public string Relative(string file) =>
        file.StartsWith(location + "/", StringComparison.Ordinal) ? file[(location.Length + 1)..] : throw new TableFormatException($"{file} is not below the table's location {location}");

    /// <summary>The key of a location.</summary>
    public string KeyOf(string file) => $"{prefix}/{Relative(file)}";

    /// <summary>The manifests of a snapshot; none of null.</summary>
    public async Task<List<ManifestFile>> ManifestsAsync(Snapshot? snapshot, CancellationToken cancellationToken) =>
        snapshot is null ? [] : ManifestListCodec.Read(await GetAsync(snapshot.ManifestList, cancellationToken));

    /// <summary>The lines of a manifest.</summary>
    public async Task<List<ManifestEntry>> EntriesAsync(ManifestFile manifest, TableMetadata table, CancellationToken cancellationToken) =>
        ManifestCodec.Read(await GetAsync(manifest.Path, cancellationToken), manifest, table.Specs.Single(spec => spec.SpecId == manifest.SpecId), Relative);

    /// <summary>Writes a manifest of lines of one partition spec.</summary>
    public async Task<NewManifest> WriteAsync(long snapshotId, IReadOnlyList<ManifestEntry> entries, TableMetadata table, PartitionSpec spec, CancellationToken cancellationToken)
    {
        var path = $"metadata/{Guid.NewGuid():N}-m.avro";
        var bytes = ManifestCodec.Write(entries, table.Schema, spec, Locate);
        await store.PutAsync($"{prefix}/{path}", bytes, cancellationToken);
        return NewManifest.Of(Locate(path), bytes.Length, snapshotId, entries, spec);
    }

    /// <summary>Writes the list of a snapshot's manifests and returns its location.</summary>
    public async Task<string> WriteListAsync(IEnumerable<ManifestFile> manifests, long snapshotId, long? parentId, long sequenceNumber, CancellationToken cancellationToken)
    {
        var path = $"metadata/snap-{snapshotId}-{Guid.NewGuid():N}.avro";
        await store.PutAsync($"{prefix}/{path}", ManifestListCodec.Write(manifests, snapshotId, parentId, sequenceNumber), cancellationToken);
        return Locate(path);
    }

    private async Task<byte[]> GetAsync(string file, CancellationToken cancellationToken) =>
        await store.GetAsync(KeyOf(file), cancellationToken) ?? throw new TableFormatException($"{file} is named by the table but is not there");
}
