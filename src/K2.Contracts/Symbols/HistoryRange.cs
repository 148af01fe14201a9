namespace K2.Contracts.Symbols;

/// <summary>Which stored rows of an instrument are wanted: those in [From, To), the oldest of them first or the newest.</summary>
[GenerateSerializer, Immutable, Alias("k2.HistoryRange")]
public sealed record HistoryRange
{
    /// <summary>First exchange time of trades or window start of candles, UTC; null for the oldest.</summary>
    [Id(0)] public DateTime? From { get; init; }

    /// <summary>End of these times, exclusive, UTC; null for the newest.</summary>
    [Id(1)] public DateTime? To { get; init; }

    /// <summary>
    /// Of trades, the id of the last one of the page before: with its time as <see cref="From"/> (of the newest first: as <see cref="To"/>) only what stands behind it comes.
    /// </summary>
    [Id(2)] public long? AfterTradeId { get; init; }

    /// <summary>The most rows, 1 to 5,000.</summary>
    [Id(3)] public int Limit { get; init; } = 500;

    /// <summary>Whether the newest come first.</summary>
    [Id(4)] public bool NewestFirst { get; init; }

    /// <summary>A state of the cold table in place of what is known now: a snapshot's number, or a time in ISO 8601 that means the last one committed at or before it.</summary>
    [Id(5)] public string? Snapshot { get; init; }
}
