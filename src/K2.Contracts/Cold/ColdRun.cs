using System.Collections.Immutable;

namespace K2.Contracts.Cold;

/// <summary>Work on a cold table, under way or done.</summary>
[GenerateSerializer, Immutable, Alias("k2.ColdRun")]
public sealed record ColdRun
{
    /// <summary>The table.</summary>
    [Id(0)] public required string Table { get; init; }

    /// <summary>What is done.</summary>
    [Id(1)] public required ColdWork Work { get; init; }

    /// <summary>When it began, UTC.</summary>
    [Id(2)] public required DateTime Started { get; init; }

    /// <summary>When it ended, UTC; null while it runs.</summary>
    [Id(3)] public DateTime? Ended { get; init; }

    /// <summary>In one word: running, exported, nothing, maintained, equal, different, restored, fenced or failed.</summary>
    [Id(4)] public required string Outcome { get; init; }

    /// <summary>Rows that were exported, compared or restored.</summary>
    [Id(5)] public long Rows { get; init; }

    /// <summary>Files that were written or, by maintenance, deleted.</summary>
    [Id(6)] public long Files { get; init; }

    /// <summary>Their bytes.</summary>
    [Id(7)] public long Bytes { get; init; }

    /// <summary>The snapshot that it made, or 0.</summary>
    [Id(8)] public long SnapshotId { get; init; }

    /// <summary>What was done, for people.</summary>
    [Id(9)] public string Detail { get; init; } = "";

    /// <summary>What is wrong, a sentence each; empty if nothing is.</summary>
    [Id(10)] public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>The request that began it (<see cref="ColdJob.JobId"/>).</summary>
    [Id(11)] public required Guid JobId { get; init; }

    /// <summary>Whether it ended as it should.</summary>
    public bool IsGood => Ended is not null && Problems.IsEmpty && Outcome is not ("failed" or "fenced" or "different");
}
