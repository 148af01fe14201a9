namespace K2.Grains.Raw;

/// <summary>How raw frames are moved from the log to the warehouse.</summary>
public sealed record ArchiverOptions
{
    /// <summary>How long frames are gathered for one chunk while fewer than <see cref="ChunkBytes"/> are there. Default 1 s.</summary>
    public TimeSpan Gather { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The payload bytes of one chunk. Default 1 MiB.</summary>
    public int ChunkBytes { get; init; } = 1 << 20;

    /// <summary>The payload bytes of one insert, which bounds the archiver's memory. Default 4 MiB.</summary>
    public int InsertBytes { get; init; } = 4 << 20;
}
