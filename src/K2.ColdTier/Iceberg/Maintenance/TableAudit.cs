using System.Globalization;
using K2.Abstractions.Cold;

namespace K2.ColdTier.Iceberg.Maintenance;

/// <summary>What a comparison of a table's current snapshot with its files found.</summary>
/// <param name="SnapshotId">The snapshot; null of an empty table.</param>
/// <param name="Files">How many files it names.</param>
/// <param name="Rows">How many rows they say they have.</param>
/// <param name="Problems">What is wrong, a sentence each; empty if nothing is.</param>
public sealed record TableAudit(long? SnapshotId, int Files, long Rows, IReadOnlyList<string> Problems)
{
    internal static async Task<TableAudit> RunAsync(IcebergTable table, IObjectStore store, CancellationToken cancellationToken)
    {
        var version = await table.LoadAsync(cancellationToken);
        if (version.Metadata.Current is not { } snapshot) return new TableAudit(null, 0, 0, []);
        var files = await table.FilesAsync(version, snapshot, cancellationToken);
        // One listing instead of a request for each file; what the snapshot names was there before the snapshot.
        var sizes = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var item in store.ListAsync($"{table.Prefix}/data/", cancellationToken)) sizes[item.Key] = item.Size;
        var problems = new List<string>();
        foreach (var twice in files.GroupBy(file => file.Path).Where(group => group.Count() > 1)) problems.Add($"{twice.Key} is in the table {twice.Count()} times");
        foreach (var file in files)
        {
            if (!sizes.TryGetValue($"{table.Prefix}/{file.Path}", out var size)) problems.Add($"{file.Path} is not there");
            else if (size != file.SizeBytes) problems.Add($"{file.Path} has {size} bytes, not {file.SizeBytes}");
        }

        var rows = files.Sum(file => file.RecordCount);
        Compare("total-records", rows);
        Compare("total-data-files", files.Count);
        return new TableAudit(snapshot.Id, files.Count, rows, problems);

        void Compare(string name, long actual)
        {
            var stated = snapshot.Summary.GetValueOrDefault(name);
            if (stated != actual.ToString(CultureInfo.InvariantCulture)) problems.Add($"the summary says {name} {stated ?? "nothing"}, the manifests {actual}");
        }
    }
}
