namespace K2.Warehouse;

/// <summary>Where the warehouse is and how it is written.</summary>
public sealed record WarehouseOptions
{
    /// <summary>The engine's folder below a silo's data folder.</summary>
    public const string FolderName = "clickhouse";

    /// <summary>Connection string of a ClickHouse server; null embeds an engine.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>A library file of the embedded engine; null takes the per-user cache or a binary on the PATH.</summary>
    public string? Library { get; init; }

    /// <summary>The embedded engine's data folder; made if it is not there.</summary>
    public string DataFolder { get; init; } = FolderName;

    /// <summary>The embedded engine's HTTP port on loopback; 0 takes a free one. Default 8123.</summary>
    public int Port { get; init; } = 8123;

    /// <summary>The embedded engine's memory limit in bytes. Default 600 MiB: the process then stays below 700 MiB.</summary>
    public long MemoryBytes { get; init; } = 600L << 20;

    /// <summary>
    /// Free bytes of the disk below which the embedded engine takes no rows and merges nothing, but a tenth of the disk at most; the writer waits until there
    /// is space. Default 1 GiB. The engine does not notice a write that fails for lack of space, so it must never come to that.
    /// </summary>
    public long KeptFreeBytes { get; init; } = 1L << 30;

    /// <summary>
    /// How long a flush waits for more rows at low rates, counted from its call: what waited as long behind the flush before goes at once. Default
    /// 50 ms: a flush costs by the insert, not by the row. Zero never waits.
    /// </summary>
    public TimeSpan Linger { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Rows at which the writer does not wait for more. Default 2,000.</summary>
    public int LingerRows { get; init; } = 2000;

    /// <summary>The most trades of one flush. Default 100,000.</summary>
    public int MaxFlushRows { get; init; } = 100_000;

    /// <summary>Flushes that may wait in the writer's queue before callers wait. Default 4,096.</summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>Rows that may wait or be on their way before callers wait; a larger flush passes alone. Default 400,000: four flushes.</summary>
    public int QueueRows { get; init; } = 400_000;

    /// <summary>Bytes, by estimate, that may wait or be on their way before callers wait. Default 128 MiB.</summary>
    public long QueueBytes { get; init; } = 128L << 20;
}
