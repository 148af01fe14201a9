namespace K2.Abstractions.Cold;

/// <summary>Rows of one range that lie in one partition of a cold table.</summary>
/// <param name="Day">The day, in days since 1970-01-01 UTC.</param>
/// <param name="Exchange">The exchange's name.</param>
/// <param name="Key">The range.</param>
/// <param name="Rows">About how many rows; not fewer than there are, but of a bronze table its frames, which may hold several.</param>
public sealed record ColdSlice(int Day, string Exchange, string Key, long Rows);
