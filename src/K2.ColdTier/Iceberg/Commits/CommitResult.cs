namespace K2.ColdTier.Iceberg.Commits;

/// <summary>How a commit ended.</summary>
public enum CommitOutcome
{
    /// <summary>It is in the table.</summary>
    Committed = 1,

    /// <summary>The table's positions are at its ends or beyond already: another exporter has done the same.</summary>
    AlreadyDone = 2,

    /// <summary>It would have changed nothing.</summary>
    NothingToDo = 3,
}

/// <summary>How a commit ended.</summary>
/// <param name="Outcome">In one word.</param>
/// <param name="Table">The table as it was seen last.</param>
/// <param name="SnapshotId">The snapshot that it made, if it is in the table.</param>
/// <param name="Attempts">How often the metadata was tried to be put.</param>
public sealed record CommitResult(CommitOutcome Outcome, VersionedTable Table, long? SnapshotId, int Attempts);
