namespace K2.Warehouse.Reading;

/// <summary>The outcome of one check.</summary>
/// <param name="Name">Its stable name.</param>
/// <param name="Meaning">What it looks for, for people.</param>
/// <param name="Looked">How many things were looked at.</param>
/// <param name="Found">How many of them are wrong, or only counted where <paramref name="IsCount"/>.</param>
/// <param name="First">The first one, or empty.</param>
/// <param name="IsCount">Whether nothing is wrong with what was found.</param>
public sealed record QualityCheck(string Name, string Meaning, long Looked, long Found, string First, bool IsCount)
{
    /// <summary>Whether nothing wrong was found.</summary>
    public bool Passed => IsCount || Found == 0;
}
