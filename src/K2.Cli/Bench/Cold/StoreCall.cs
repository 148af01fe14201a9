namespace K2.Cli.Bench.Cold;

/// <summary>A call of a store.</summary>
/// <param name="Key">What it was about.</param>
/// <param name="Changes">Whether it may have changed something.</param>
/// <param name="IsConditional">Whether it was a put if absent.</param>
internal readonly record struct StoreCall(string Key, bool Changes, bool IsConditional);
