using System.Collections.Immutable;
using System.Globalization;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>
/// What snapshots carry forward in their summaries. Each entry is looked for in the current snapshot, then in those before it: another program's commit does not know ours.
/// </summary>
internal static class SummaryProperties
{
    public const string Prefix = "k2.";
    public const string OfOneCommit = "k2.commit.";
    public const string Watermark = "k2.watermark.";

    /// <summary>All entries that are carried, each with the newest snapshot that holds it.</summary>
    public static ImmutableSortedDictionary<string, (string Value, Snapshot Holder)> Carried(TableMetadata table)
    {
        var carried = ImmutableSortedDictionary.CreateBuilder<string, (string, Snapshot)>(StringComparer.Ordinal);
        foreach (var snapshot in table.Ancestors())
        {
            foreach (var (name, value) in snapshot.Summary)
            {
                if (name.StartsWith(Prefix, StringComparison.Ordinal) && !name.StartsWith(OfOneCommit, StringComparison.Ordinal)) carried.TryAdd(name, (value, snapshot));
            }
        }

        return carried.ToImmutable();
    }

    /// <summary>The table's positions by name.</summary>
    public static ImmutableSortedDictionary<string, long> Watermarks(TableMetadata table) =>
        Carried(table).Where(entry => entry.Key.StartsWith(Watermark, StringComparison.Ordinal))
            .ToImmutableSortedDictionary(entry => entry.Key[Watermark.Length..], entry => Parse(entry.Value.Value), StringComparer.Ordinal);

    /// <summary>The positions that a snapshot itself names.</summary>
    public static ImmutableSortedDictionary<string, long> WatermarksOf(Snapshot snapshot) =>
        snapshot.Summary.Where(entry => entry.Key.StartsWith(Watermark, StringComparison.Ordinal)).ToImmutableSortedDictionary(entry => entry.Key[Watermark.Length..], entry => Parse(entry.Value), StringComparer.Ordinal);

    /// <summary>Says whether a commit has nothing left to do because the table is at its ends, or throws if the table is elsewhere than where the commit began.</summary>
    /// <exception cref="FencedException">The table is elsewhere.</exception>
    public static bool IsDone(TableMetadata table, ImmutableArray<WatermarkStep> steps)
    {
        var current = Watermarks(table);
        long? At(WatermarkStep step) => current.TryGetValue(step.Name, out var position) ? position : null;
        var moves = steps.Where(step => step.From != step.To).ToList();
        if (moves.Count > 0 && moves.All(step => At(step) >= step.To)) return true;
        foreach (var step in steps.Where(step => At(step) != step.From)) throw new FencedException(table.Location, step.Name, step.From, At(step));
        return false;
    }

    /// <summary>The summary's own part of a new snapshot: what is carried, over it what the commit says; a position never falls.</summary>
    public static ImmutableSortedDictionary<string, string> Next(TableMetadata table, TableCommit? commit)
    {
        var next = Carried(table).ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value.Value, StringComparer.Ordinal);
        if (commit is null) return next;
        next = next.SetItems(commit.Summary);
        foreach (var step in commit.Watermarks)
        {
            var name = Watermark + step.Name;
            var position = next.TryGetValue(name, out var before) ? Math.Max(Parse(before), step.To) : step.To;
            next = next.SetItem(name, position.ToString(CultureInfo.InvariantCulture));
        }

        return next;
    }

    private static long Parse(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var position) ? position : throw new TableFormatException($"a position in a snapshot's summary is not a number: {text}");
}
