namespace K2.ColdTier.Iceberg.Maintenance;

/// <summary>What a sweep did.</summary>
/// <param name="Deleted">The keys that it deleted.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Kept">How many files it left because they are referred to.</param>
/// <param name="Young">How many files nothing refers to that are younger than the grace period.</param>
public sealed record SweepResult(IReadOnlyList<string> Deleted, long Bytes, int Kept, int Young);
