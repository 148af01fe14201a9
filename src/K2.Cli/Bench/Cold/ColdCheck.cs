using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Parquet;
using K2.ColdTier.Stores;

namespace K2.Cli.Bench.Cold;

/// <summary>What the cold tables must be like, in between and in the end.</summary>
internal sealed class ColdCheck(LocalObjectStore store, TimeProvider time, IReadOnlyList<ColdTable> tables, Action<string> add)
{
    private readonly Dictionary<string, long> _highest = new(StringComparer.Ordinal);
    private readonly List<(int Round, string Key)> _watched = [];

    /// <summary>Looks at the tables as anybody may at any time: no position has fallen, no snapshot is older than the one before it, and no file is gone that was named a round ago.</summary>
    public async Task LookAsync(int round, CancellationToken cancellationToken)
    {
        foreach (var (_, key) in _watched.Where(watched => watched.Round >= round - 1))
        {
            if (await store.HeadAsync(key, cancellationToken) is null) add($"{key} is gone, though a snapshot that was current within the grace period names it");
        }

        _watched.RemoveAll(watched => watched.Round < round);
        foreach (var table in tables)
        {
            var (iceberg, version) = await LoadAsync(table, cancellationToken);
            if (version?.Metadata.Current is not { } snapshot) continue;
            foreach (var (earlier, later) in version.Metadata.Snapshots.Zip(version.Metadata.Snapshots.Skip(1)))
            {
                if (later.TimestampMs <= earlier.TimestampMs) add($"{table.Name}: snapshot {later.Id} is no later than the one before it");
            }

            var positions = IcebergTable.Watermarks(version).ToDictionary(watermark => $"{table.Name} {watermark.Key}", watermark => watermark.Value, StringComparer.Ordinal);
            foreach (var (key, highest) in _highest.Where(known => known.Key.StartsWith(table.Name + " ", StringComparison.Ordinal)))
            {
                if (positions.GetValueOrDefault(key, -1) is var position && position < highest) add($"{key} fell from {highest} to {position}");
            }

            foreach (var (key, position) in positions) _highest[key] = position;

            foreach (var file in await iceberg.FilesAsync(version, snapshot, cancellationToken)) _watched.Add((round, $"{iceberg.Prefix}/{file.Path}"));
        }
    }

    /// <summary>Compares a table with the ledger row for row.</summary>
    public async Task CompareAsync(ColdLedger ledger, ColdTable table, string when, CancellationToken cancellationToken)
    {
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        if (ledger.Rows(table).Count > 0)
        {
            var block = LedgerRows.ToBlock(table, ledger.Rows(table));
            for (var row = 0; row < block.Rows; row++) expected[LedgerRows.Text(block, row)] = expected.GetValueOrDefault(LedgerRows.Text(block, row)) + 1;
        }

        var (iceberg, version) = await LoadAsync(table, cancellationToken);
        foreach (var file in version?.Metadata.Current is { } snapshot ? await iceberg.FilesAsync(version, snapshot, cancellationToken) : [])
        {
            using var reader = new ColdFileReader(store.LocationOf($"{iceberg.Prefix}/{file.Path}"), table, null);
            while (reader.Next())
            {
                for (var row = 0; row < reader.Block.Rows; row++) expected[LedgerRows.Text(reader.Block, row)] = expected.GetValueOrDefault(LedgerRows.Text(reader.Block, row)) - 1;
            }
        }

        var (missing, surplus) = (expected.Values.Where(count => count > 0).Sum(), -expected.Values.Where(count => count < 0).Sum());
        if (missing + surplus > 0) add($"{table.Name} {when}: {missing} rows are missing, {surplus} are too many");
    }

    private async Task<(IcebergTable Table, VersionedTable? Version)> LoadAsync(ColdTable table, CancellationToken cancellationToken)
    {
        var prefix = $"cold/{table.Name}";
        var catalog = new FileTableCatalog(store, prefix);
        return (new IcebergTable(catalog, store, prefix, new CommitOptions(), time, new Random(0)), await catalog.LoadAsync(cancellationToken));
    }
}
