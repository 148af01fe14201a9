using System.Collections.Immutable;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>What a commit does to a table, by the specification's names.</summary>
public enum TableOperation
{
    /// <summary>Files are added.</summary>
    Append = 1,

    /// <summary>Files are added and others taken out: the rows differ.</summary>
    Overwrite = 2,

    /// <summary>Files are replaced by others with the same rows.</summary>
    Replace = 3,

    /// <summary>Files are taken out.</summary>
    Delete = 4,
}

/// <summary>A position that a commit moves: it is done only if the table stands where the exporter began.</summary>
/// <param name="Name">Of what (a log partition, a table of candles).</param>
/// <param name="From">Where the exporter began; null if the table has no such position.</param>
/// <param name="To">Where the table stands afterwards; equal to <paramref name="From"/> to only demand it.</param>
public readonly record struct WatermarkStep(string Name, long? From, long To);

/// <summary>A change of a table's files. All that it names was written before.</summary>
public sealed record TableCommit
{
    /// <summary>What it does.</summary>
    public required TableOperation Operation { get; init; }

    /// <summary>The files that it adds.</summary>
    public ImmutableArray<DataFile> Added { get; init; } = [];

    /// <summary>Paths of files that it takes out; if one is no longer in the table, the commit fails with a <see cref="CommitConflictException"/>.</summary>
    public ImmutableArray<string> Removed { get; init; } = [];

    /// <summary>Partitions of which it takes out all files that are there at the moment of the commit.</summary>
    public ImmutableArray<IReadOnlyList<object?>> RemovedPartitions { get; init; } = [];

    /// <summary>
    /// Whether the files in <see cref="RemovedPartitions"/> must be exactly those of <see cref="Removed"/>: who has read a partition to replace it must have read all of it.
    /// If another file is there, the commit fails with a <see cref="CommitConflictException"/>.
    /// </summary>
    public bool RemovesExactly { get; init; }

    /// <summary>The positions that it moves.</summary>
    public ImmutableArray<WatermarkStep> Watermarks { get; init; } = [];

    /// <summary>
    /// Further entries of the snapshot's summary. Those that begin with <c>k2.commit.</c> (rows, checksum, range) are of this snapshot alone; others that begin with <c>k2.</c>
    /// (the source's epoch) are carried forward by every later commit.
    /// </summary>
    public ImmutableDictionary<string, string> Summary { get; init; } = ImmutableDictionary<string, string>.Empty;
}
