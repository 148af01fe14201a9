using System.Globalization;
using K2.Domain;

namespace K2.Warehouse.Retention;

/// <summary>Reads the ids of partitions by day (<c>20240808</c>) and by month (<c>202408</c>).</summary>
internal static class PartitionDates
{
    /// <summary>Finds a partition's first moment and the first one behind it.</summary>
    public static bool TryRead(string partitionId, out Timestamp start, out Timestamp end)
    {
        (start, end) = (default, default);
        var isDay = DateTime.TryParseExact(partitionId, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var first);
        if (!isDay && !DateTime.TryParseExact(partitionId, "yyyyMM", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out first)) return false;
        start = Timestamp.From(new DateTimeOffset(first, TimeSpan.Zero));
        end = Timestamp.From(new DateTimeOffset(isDay ? first.AddDays(1) : first.AddMonths(1), TimeSpan.Zero));
        return true;
    }
}
