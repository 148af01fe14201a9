namespace K2.Contracts.Retention;

/// <summary>What one run of the retention did with one table.</summary>
[GenerateSerializer, Immutable, Alias("k2.TableRetention")]
public sealed record TableRetention
{
    /// <summary>The table's name.</summary>
    [Id(0)] public required string Table { get; init; }

    /// <summary>Rows before this moment of the data's clock are old, or null while there are no data.</summary>
    [Id(1)] public required DateTime? Horizon { get; init; }

    /// <summary>Rows before this moment are in the cold tier, or null for none.</summary>
    [Id(2)] public required DateTime? CoveredUntil { get; init; }

    /// <summary>Number of partitions dropped.</summary>
    [Id(3)] public required int Dropped { get; init; }

    /// <summary>Their bytes on disk.</summary>
    [Id(4)] public required long DroppedBytes { get; init; }

    /// <summary>Number of partitions that are old and stay, since the cold tier does not hold them.</summary>
    [Id(5)] public required int Refused { get; init; }

    /// <summary>Their rows.</summary>
    [Id(6)] public required long RefusedRows { get; init; }

    /// <summary>Their bytes on disk.</summary>
    [Id(7)] public required long RefusedBytes { get; init; }
}
