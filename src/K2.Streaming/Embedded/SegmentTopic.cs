namespace K2.Streaming.Embedded;

/// <summary>A topic as a segment's header holds it, with the version that each partition's next record had when the segment began.</summary>
internal sealed record SegmentTopic(int Id, string Name, int Epoch, long[] NextVersions);
