using System.Globalization;
using System.Text;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg;

/// <summary>
/// A catalogue that is nothing but the files <c>metadata/v1.metadata.json</c>, <c>v2…</c>: a commit puts the next one if it is absent, and the
/// highest in a listing is the latest. <c>version-hint.text</c> is for other programs and never read: following an old hint upwards could end at a version that was swept.
/// </summary>
/// <param name="store">Where the table is.</param>
/// <param name="prefix">The table's folder in it.</param>
public sealed class FileTableCatalog(IObjectStore store, string prefix) : ITableCatalog
{
    private const string Suffix = ".metadata.json";
    private readonly string _hint = $"{prefix}/metadata/version-hint.text";

    /// <inheritdoc/>
    public async Task<VersionedTable?> LoadAsync(CancellationToken cancellationToken)
    {
        long version = 0;
        await foreach (var found in store.ListAsync($"{prefix}/metadata/v", cancellationToken)) version = Math.Max(version, VersionOf(found.Key) ?? 0);
        if (version == 0) return null;
        var bytes = await store.GetAsync(KeyOf(version), cancellationToken) ?? throw new ObjectStoreException($"{KeyOf(version)} went away while it was read", true);
        return new VersionedTable(version, store.LocationOf(KeyOf(version)), MetadataJson.Read(bytes, store.LocationOf(KeyOf(version))));
    }

    /// <inheritdoc/>
    public async Task<VersionedTable?> TryCommitAsync(VersionedTable? expected, TableMetadata next, CancellationToken cancellationToken)
    {
        var version = (expected?.Version ?? 0) + 1;
        if (await store.PutIfAbsentAsync(KeyOf(version), MetadataJson.Write(next), cancellationToken) != PutOutcome.Created) return null;
        try
        {
            await store.PutAsync(_hint, Encoding.ASCII.GetBytes(version.ToString(CultureInfo.InvariantCulture)), cancellationToken);
        }
        catch (ObjectStoreException)
        {
            // The commit stands; other programs see an older table until the next one.
        }

        return new VersionedTable(version, store.LocationOf(KeyOf(version)), next);
    }

    /// <summary>The version that a key of a metadata file names, or null if it is another file.</summary>
    internal static long? VersionOf(string key)
    {
        var name = key.AsSpan(key.LastIndexOf('/') + 1);
        if (!name.StartsWith("v", StringComparison.Ordinal) || !name.EndsWith(Suffix, StringComparison.Ordinal)) return null;
        return long.TryParse(name[1..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;
    }

    private string KeyOf(long version) => string.Create(CultureInfo.InvariantCulture, $"{prefix}/metadata/v{version}{Suffix}");
}
