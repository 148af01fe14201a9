namespace K2.Contracts.Lineage;

/// <summary>Which rows are to be derived again: the trades in [From, Until) and all candles that overlap it.</summary>
[GenerateSerializer, Immutable, Alias("k2.RebuildRequest")]
public sealed record RebuildRequest
{
    /// <summary>First exchange time, UTC.</summary>
    [Id(0)] public required DateTime From { get; init; }

    /// <summary>End of the exchange times, UTC.</summary>
    [Id(1)] public required DateTime Until { get; init; }

    /// <summary>Whether trades are derived from raw frames first; else candles from trades only.</summary>
    [Id(2)] public required bool FromRaw { get; init; }

    /// <summary>Whether trades are taken that came when their day had left the warehouse; their days come back from the cold tier first. Nothing else is derived then.</summary>
    [Id(3)] public bool FromDeadLetters { get; init; }
}
