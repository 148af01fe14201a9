namespace K2.Streaming.Embedded;

/// <summary>The extents of one partition in one segment, in order.</summary>
internal sealed class PartitionExtents(Segment segment)
{
    public Segment Segment => segment;

    public List<Extent> Extents { get; } = [];

    /// <summary>Version after the last entry.</summary>
    public long NextVersion { get; private set; }

    public void Add(long version, int recordCount, long start, long end)
    {
        NextVersion = version + recordCount;
        if (Extents.Count > 0)
        {
            var last = Extents[^1];
            if (start - last.End <= Extent.MaxGap && end - last.Start <= Extent.MaxLength)
            {
                last.End = end;
                Extents[^1] = last;
                return;
            }
        }

        Extents.Add(new Extent(version, start, end));
    }
}
