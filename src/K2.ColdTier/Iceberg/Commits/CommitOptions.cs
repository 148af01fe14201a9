namespace K2.ColdTier.Iceberg.Commits;

/// <summary>How long a commit tries.</summary>
public sealed class CommitOptions
{
    /// <summary>How often the metadata is tried to be put, at least 1.</summary>
    public int Attempts { get; init; } = 50;

    /// <summary>How often in a row the store may fail, at least 1.</summary>
    public int StoreFailures { get; init; } = 5;

    /// <summary>The longest pause after the first conflict; it doubles up to <see cref="LongestPause"/>, and the pause is drawn between nothing and all of it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);
}
