using System.Collections.Immutable;

namespace K2.Abstractions.Cold;

/// <summary>What the export of one table did.</summary>
public sealed record ColdExportOutcome
{
    /// <summary>The table.</summary>
    public required string Table { get; init; }

    /// <summary>The lowest position that it began behind; -1 from the beginning.</summary>
    public long From { get; init; } = -1;

    /// <summary>The highest position that it reached.</summary>
    public long To { get; init; } = -1;

    /// <summary>Rows written; of a gold table those of all rewritten days.</summary>
    public long Rows { get; init; }

    /// <summary>Files written.</summary>
    public int Files { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Snapshots made.</summary>
    public int Commits { get; init; }

    /// <summary>The last of them.</summary>
    public long? SnapshotId { get; init; }

    /// <summary>Day (since 1970-01-01) and exchange of the partitions that were written to.</summary>
    public ImmutableArray<(int Day, string Exchange)> Partitions { get; init; } = [];

    /// <summary>Where what was taken over differs from the warehouse when that is asked again; empty if nothing does.</summary>
    public ImmutableArray<string> Differences { get; init; } = [];

    /// <summary>
    /// Parts of the log whose durable end lies before the table's position: the warehouse has lost rows that the cold tier holds. Nothing of them is exported until it has
    /// them again.
    /// </summary>
    public ImmutableArray<string> Behind { get; init; } = [];

    /// <summary>In one word: exported, nothing, or different if anything is wrong.</summary>
    public string Word => !Differences.IsEmpty || !Behind.IsEmpty ? "different" : Rows > 0 ? "exported" : "nothing";
}
