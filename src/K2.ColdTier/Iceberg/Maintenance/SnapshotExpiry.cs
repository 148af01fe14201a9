using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Maintenance;

/// <summary>Says which snapshots may go.</summary>
internal static class SnapshotExpiry
{
    /// <summary>The numbers of the snapshots that may go.</summary>
    public static HashSet<long> Expired(TableMetadata table, DateTimeOffset olderThan, int keepAtLeast)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepAtLeast, 1);
        var ancestors = table.Ancestors().ToList();
        // Who looks back from the current snapshot for a position must not meet a gap before it.
        var oldestHolder = SummaryProperties.Carried(table).Values.Select(carried => ancestors.IndexOf(carried.Holder)).DefaultIfEmpty(-1).Max();
        var kept = ancestors.Take(Math.Max(keepAtLeast, oldestHolder + 1)).Select(snapshot => snapshot.Id)
            .Concat(table.References.Values.Select(reference => reference.SnapshotId)).ToHashSet();
        return [.. table.Snapshots.Where(snapshot => snapshot.TimestampMs < olderThan.ToUnixTimeMilliseconds() && !kept.Contains(snapshot.Id)).Select(snapshot => snapshot.Id)];
    }
}
