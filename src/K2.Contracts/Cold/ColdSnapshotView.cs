namespace K2.Contracts.Cold;

/// <summary>A state of a cold table that can still be read by its number or time.</summary>
[GenerateSerializer, Immutable, Alias("k2.ColdSnapshotView")]
public sealed record ColdSnapshotView
{
    /// <summary>The table.</summary>
    [Id(0)] public required string Table { get; init; }

    /// <summary>Its number.</summary>
    [Id(1)] public required long SnapshotId { get; init; }

    /// <summary>When it was committed, UTC.</summary>
    [Id(2)] public required DateTime CommittedAt { get; init; }

    /// <summary>append, overwrite, replace or delete.</summary>
    [Id(3)] public required string Operation { get; init; }

    /// <summary>Rows in it.</summary>
    [Id(4)] public required long Rows { get; init; }

    /// <summary>Rows of the files that it added.</summary>
    [Id(5)] public required long AddedRows { get; init; }

    /// <summary>Data files in it.</summary>
    [Id(6)] public required long Files { get; init; }

    /// <summary>Checksum of the rows that it took over, or empty.</summary>
    [Id(7)] public required string Checksum { get; init; }
}
