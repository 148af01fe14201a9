namespace K2.Streaming.Embedded;

/// <summary>What opening an embedded log found and did. Report it when <see cref="IsClean"/> is false: acknowledged data may be missing.</summary>
public sealed record LogRecovery
{
    /// <summary>Whether the folder held no log.</summary>
    public bool Created { get; init; }

    /// <summary>Segment files that were verified.</summary>
    public int Segments { get; init; }

    /// <summary>Entries that passed their checksum.</summary>
    public long Entries { get; init; }

    /// <summary>Bytes of a torn tail that were cut off.</summary>
    public long TruncatedBytes { get; init; }

    /// <summary>Damaged bytes in front of readable entries; they were taken out of the segment.</summary>
    public long SkippedBytes { get; init; }

    /// <summary>Files kept aside as they were found, in the folder <c>damaged</c>.</summary>
    public IReadOnlyList<string> PreservedFiles { get; init; } = [];

    /// <summary>Uncommitted entries that were appended anew because their topic's partition count changed.</summary>
    public long Repartitioned { get; init; }

    /// <summary>Epochs that rose.</summary>
    public IReadOnlyList<EpochChange> EpochChanges { get; init; } = [];

    /// <summary>Whether nothing was cut, skipped or found missing.</summary>
    public bool IsClean => TruncatedBytes == 0 && SkippedBytes == 0 && EpochChanges.All(change => change.From == 0);
}
