using K2.Abstractions;
using K2.ColdTier.Stores;

namespace K2.ColdTier;

/// <summary>How the cold tier is kept.</summary>
public sealed record ColdOptions
{
    /// <summary>Configuration section.</summary>
    public const string SectionName = "K2:Cold";

    /// <summary>The folder of the tables if they lie on a local disk.</summary>
    public required string Folder { get; init; }

    /// <summary>The bucket if they lie in an S3-compatible store, else null.</summary>
    public S3StoreOptions? Bucket { get; init; }

    /// <summary>Where files are written before they are put into the store, and read from a remote one. Emptied at start.</summary>
    public required string TemporaryFolder { get; init; }

    /// <summary>How many tables are exported at once. Default 2, 1 to 16: each takes the memory of a row group.</summary>
    public int ParallelTables { get; init; } = 2;

    /// <summary>How long one table's export may take before it is ended; the next one goes on where the table stands. Default 10 min, 10 s to 6 h.</summary>
    public TimeSpan RunLimit { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>About how many rows a commit holds at most when an export has fallen behind. Default 20,000,000, at least 100,000. One symbol's rows are never divided.</summary>
    public long RowsPerCommit { get; init; } = 20_000_000;

    /// <summary>How many positions of each partition of the raw log a commit goes on by at most when an export has fallen behind. Default 1,000,000, at least 1: frames are sorted by the warehouse.</summary>
    public long FramesPerCommit { get; init; } = 1_000_000;

    /// <summary>About how large a file gets. Default 192 MiB, 1 MiB to 1 GiB.</summary>
    public long FileBytes { get; init; } = 192L << 20;

    /// <summary>How long snapshots are kept for time travel. Default 7 d, at least an hour.</summary>
    public TimeSpan KeepSnapshots { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How many snapshots are kept whatever their age. Default 3, at least 1.</summary>
    public int KeepAtLeast { get; init; } = 3;

    /// <summary>How old a file that nothing refers to must be before it is deleted: longer than any reader reads. Default 3 d, at least an hour.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(3);

    /// <summary>Returns the options if they can be used.</summary>
    /// <exception cref="StartupException">One is out of range.</exception>
    public ColdOptions Checked()
    {
        Require(ParallelTables is >= 1 and <= 16, $"{nameof(ParallelTables)} {ParallelTables} is not in 1 to 16");
        Require(RunLimit >= TimeSpan.FromSeconds(10) && RunLimit <= TimeSpan.FromHours(6), $"{nameof(RunLimit)} {RunLimit} is not in 00:00:10 to 06:00:00");
        Require(RowsPerCommit >= 100_000, $"{nameof(RowsPerCommit)} {RowsPerCommit} is below 100000");
        Require(FramesPerCommit >= 1, $"{nameof(FramesPerCommit)} {FramesPerCommit} is below 1");
        Require(FileBytes is >= 1 << 20 and <= 1 << 30, $"{nameof(FileBytes)} {FileBytes} is not in 1048576 to 1073741824");
        Require(KeepSnapshots >= TimeSpan.FromHours(1), $"{nameof(KeepSnapshots)} {KeepSnapshots} is below 01:00:00");
        Require(KeepAtLeast >= 1, $"{nameof(KeepAtLeast)} {KeepAtLeast} is below 1");
        Require(Grace >= TimeSpan.FromHours(1), $"{nameof(Grace)} {Grace} is below 01:00:00");
        Require(Grace > 2 * RunLimit, $"{nameof(Grace)} {Grace} is not above twice {nameof(RunLimit)} {RunLimit}: files of a run that is under way would be deleted");
        Bucket?.Validate();
        return this;
    }

    private static void Require(bool condition, string message)
    {
        if (!condition) throw new StartupException($"{SectionName}:{message}.");
    }
}
