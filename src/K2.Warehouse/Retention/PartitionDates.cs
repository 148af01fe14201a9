using System.Globalization;
using K2.Domain;

namespace K2.Warehouse.Retention;

/// <summary>Reads the ids of partitions by day (<c>20240808</c>) and by month (<c>202408</c>).</summary>
internal static class PartitionDates
{
    /// <summary>Finds the first moment behind a partition.</summary>
    public static bool TryEnd(string partitionId, out Timestamp end)
    {
        end = default;
        var isDay = DateTime.TryParseExact(partitionId, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var start);
        if (!isDay && !DateTime.TryParseExact(partitionId, "yyyyMM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out start)) return false;
        end = Timestamp.From(new DateTimeOffset(isDay ? start.AddDays(1) : start.AddMonths(1), TimeSpan.Zero));
        return true;
    }
}
