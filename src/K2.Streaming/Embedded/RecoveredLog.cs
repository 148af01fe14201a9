namespace K2.Streaming.Embedded;

/// <summary>The state that recovery hands to the log.</summary>
internal sealed record RecoveredLog(IReadOnlyList<TopicState> Topics, List<Segment> Segments, long NextSegment, CommittedPositions Committed, byte[] CarriedOver, LogRecovery Recovery);
