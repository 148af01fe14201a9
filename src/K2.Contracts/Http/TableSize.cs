namespace K2.Contracts.Http;

/// <summary>A table on disk.</summary>
public sealed record TableSize
{
    /// <summary>Its name in the database <c>k2</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Stored rows, with versions and repeats that no merge has removed yet.</summary>
    public required long Rows { get; init; }

    /// <summary>Compressed bytes on disk.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Number of partitions.</summary>
    public required long Partitions { get; init; }

    /// <summary>The oldest partition, for example <c>20240808</c>.</summary>
    public required string Oldest { get; init; }

    /// <summary>The newest partition.</summary>
    public required string Newest { get; init; }
}
