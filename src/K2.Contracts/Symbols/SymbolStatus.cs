namespace K2.Contracts.Symbols;

/// <summary>What a symbol's grain has durably done.</summary>
[GenerateSerializer, Immutable, Alias("k2.SymbolStatus")]
public sealed record SymbolStatus
{
    /// <summary>The instrument's identifier.</summary>
    [Id(0)] public required string Instrument { get; init; }

    /// <summary>Log position (epoch/offset) of the checkpoint.</summary>
    [Id(1)] public required string Position { get; init; }

    /// <summary>Exchange time reached, or null before the first record.</summary>
    [Id(2)] public required DateTime? Watermark { get; init; }

    /// <summary>The highest trade id seen, or −1.</summary>
    [Id(3)] public required long LastTradeId { get; init; }

    /// <summary>Holes in the ids seen so far.</summary>
    [Id(4)] public required int IdHoles { get; init; }

    /// <summary>The position as the version of rows and of candle events.</summary>
    [Id(5)] public long Version { get; init; }
}
