using K2.Contracts.Lineage;

namespace K2.Grains.Lineage;

/// <summary>What a run could not do, for people.</summary>
internal static class RebuildNotes
{
    private const int MostNotes = 20;

    /// <summary>Adds a sentence; behind the first few the rest is left out.</summary>
    public static RebuildProgress Note(this RebuildProgress progress, string words) => progress.Rest.Length < MostNotes ? progress with { Rest = progress.Rest.Add(words) } : progress;
}
