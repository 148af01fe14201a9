using K2.Abstractions.Cold;

namespace K2.ColdTier.Export;

/// <summary>What one commit takes over: some ranges and the partitions that their rows lie in.</summary>
/// <param name="Ranges">The ranges.</param>
/// <param name="Partitions">Day and exchange of each partition, ascending.</param>
internal sealed record ExportBatch(IReadOnlyList<ColdRange> Ranges, IReadOnlyList<(int Day, string Exchange)> Partitions)
{
    /// <summary>Divides an export so that a commit holds about so many rows at most; a range is never divided.</summary>
    public static IReadOnlyList<ExportBatch> Divide(IReadOnlyList<ColdRange> ranges, IReadOnlyList<ColdSlice> slices, long mostRows)
    {
        var byKey = slices.GroupBy(slice => slice.Key).ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        var batches = new List<ExportBatch>();
        var (chosen, found, rows) = (new List<ColdRange>(), new List<ColdSlice>(), 0L);
        foreach (var range in ranges.OrderBy(range => range.Key, StringComparer.Ordinal))
        {
            var own = byKey.GetValueOrDefault(range.Key) ?? [];
            var count = own.Sum(slice => slice.Rows);
            if (rows > 0 && rows + count > mostRows) End();
            chosen.Add(range);
            found.AddRange(own);
            rows += count;
        }

        End();
        return batches;

        void End()
        {
            if (found.Count > 0) batches.Add(new ExportBatch(chosen, [.. found.Select(slice => (slice.Day, slice.Exchange)).Distinct().Order()]));
            (chosen, found, rows) = ([], [], 0);
        }
    }
}
