using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;

namespace K2.ColdTier.Tests.Iceberg;

/// <summary>A small table of trades and files for it, whose content does not matter.</summary>
internal static class Tables
{
    public static readonly IcebergSchema Schema = IcebergSchema.Create(
        ("exchange", IcebergType.String, true),
        ("trade_id", IcebergType.Long, true),
        ("price", IcebergType.Decimal(18), true),
        ("timestamp", IcebergType.TimestampTz, true),
        ("flags", IcebergType.List(IcebergType.String), false),
        ("extra", IcebergType.Map(IcebergType.String, IcebergType.String, false), false));

    public static readonly PartitionSpec Spec = PartitionSpec.Create(Schema, ("timestamp", "day"), ("exchange", "identity"));

    public static readonly SortOrder Order = SortOrder.Create(Schema, "timestamp", "trade_id");

    private static readonly CommitOptions Quick = new() { FirstPause = TimeSpan.FromMilliseconds(0.1), LongestPause = TimeSpan.FromMilliseconds(2), Attempts = 400, StoreFailures = 6 };

    public static IcebergTable Open(IObjectStore store, TimeProvider time, int seed = 1, string prefix = "cold/trades", ITableCatalog? catalog = null, CommitOptions? options = null) =>
        new(catalog ?? new FileTableCatalog(store, prefix), store, prefix, options ?? Quick, time, new Random(seed));

    public static async Task<IcebergTable> CreateAsync(IObjectStore store, TimeProvider time)
    {
        var table = Open(store, time);
        await table.CreateIfAbsentAsync(Schema, Spec, Order, default);
        return table;
    }

    /// <summary>Puts a file and describes it.</summary>
    public static async Task<DataFile> FileAsync(IObjectStore store, int day, string exchange, long rows, string prefix = "cold/trades")
    {
        var path = $"data/timestamp_day={day}/exchange={exchange}/{Guid.NewGuid():N}.parquet";
        await store.PutAsync($"{prefix}/{path}", new byte[rows], default);
        return new DataFile
        {
            Path = path,
            RecordCount = rows,
            SizeBytes = rows,
            Partition = [day, exchange],
            ValueCounts = new Dictionary<int, long> { [2] = rows },
            NullCounts = new Dictionary<int, long> { [2] = 0 },
            LowerBounds = new Dictionary<int, byte[]> { [2] = SingleValue.OfLong(1) },
            UpperBounds = new Dictionary<int, byte[]> { [2] = SingleValue.OfLong(rows) },
            SplitOffsets = [4],
            SortOrderId = 1,
        };
    }

    public static TableCommit Append(DataFile file, params WatermarkStep[] steps) => new() { Operation = TableOperation.Append, Added = [file], Watermarks = [.. steps] };

    public static async Task<IReadOnlyList<DataFile>> FilesAsync(this IcebergTable table)
    {
        var version = await table.LoadAsync(default);
        return version.Metadata.Current is { } current ? await table.FilesAsync(version, current, default) : [];
    }
}
