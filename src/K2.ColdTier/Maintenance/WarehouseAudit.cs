using System.Globalization;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Iceberg.Metadata;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Maintenance;

/// <summary>Compares a cold table with the warehouse, day by day and row by row, with its own files, and its positions with each other.</summary>
internal sealed class WarehouseAudit(OpenTable open, IColdSource source)
{
    /// <summary>Compares the days from one on (null: all that the warehouse holds).</summary>
    public async Task<ColdAuditOutcome> RunAsync(int? fromDay, CancellationToken cancellationToken)
    {
        var table = open.Table;
        var version = await open.Exporter.OpenAsync(cancellationToken);
        var files = await open.Iceberg.AuditAsync(cancellationToken);
        var problems = files.Problems.Concat(FallenWatermarks(version.Metadata)).ToList();
        var partitions = version.Metadata.Current is { } snapshot
            ? (await open.Iceberg.FilesAsync(version, snapshot, cancellationToken)).Select(file => (Day: PartitionReader.DayOf(file), Exchange: open.Reader.ExchangeOf(file))).ToHashSet()
            : [];
        var positions = IcebergTable.Watermarks(version);
        var warm = (await source.SlicesAsync(table, [.. positions.Select(position => new ColdRange(position.Key, null, position.Value))], cancellationToken)).Select(slice => (slice.Day, slice.Exchange)).ToHashSet();
        var (compared, rows) = (0, 0L);
        foreach (var (day, exchange) in warm.Where(partition => partition.Day >= (fromDay ?? int.MinValue)).Order())
        {
            var (problem, count) = await open.Comparison.CompareAsync(day, exchange, null, cancellationToken);
            if (problem is not null) problems.Add(problem);
            compared++;
            rows += count;
        }

        // Days before the warehouse's first one were dropped; one in between is missing.
        var coldOnly = partitions.Where(partition => !warm.Contains(partition)).ToList();
        if (warm.Count > 0) problems.AddRange(coldOnly.Where(partition => partition.Day > warm.Min(known => known.Day)).Order().Select(partition => string.Create(CultureInfo.InvariantCulture, $"day {DateTime.UnixEpoch.AddDays(partition.Day):yyyy-MM-dd} of {partition.Exchange} is in the table only, though the warehouse holds earlier days")));
        return new ColdAuditOutcome(table.Name, compared, rows, coldOnly.Count, [.. problems]);
    }

    private static IEnumerable<string> FallenWatermarks(TableMetadata table)
    {
        // From the newest back: a position is never higher before.
        var later = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var snapshot in table.Ancestors())
        {
            foreach (var (name, position) in SummaryProperties.WatermarksOf(snapshot))
            {
                if (later.TryGetValue(name, out var after) && after < position) yield return string.Create(CultureInfo.InvariantCulture, $"the position {name} fell from {position} in snapshot {snapshot.Id} to {after}");
                later[name] = position;
            }
        }
    }
}
