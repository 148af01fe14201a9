namespace K2.Abstractions.Cold;

/// <summary>A state of a cold table: by its number, or the last one that was committed at or before a time.</summary>
/// <param name="SnapshotId">The number, or null.</param>
/// <param name="At">The time, if there is no number.</param>
public sealed record ColdMoment(long? SnapshotId, DateTimeOffset? At);
