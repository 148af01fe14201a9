namespace K2.Streaming.Embedded;

/// <summary>
/// A stretch of a segment file that begins and ends with an entry of one partition. Entries of other partitions may lie between; a longer
/// stretch of them starts a new extent, so that a reader skips bulk data without reading it.
/// </summary>
internal struct Extent(long firstVersion, long start, long end)
{
    /// <summary>Bytes of foreign entries that a reader rather steps over than seeks.</summary>
    public const int MaxGap = 16 << 10;

    /// <summary>Length at which a new extent begins, so that a reader in the middle finds its place quickly.</summary>
    public const int MaxLength = 256 << 10;

    public long FirstVersion = firstVersion;
    public long Start = start;
    public long End = end;
}
