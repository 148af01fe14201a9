namespace K2.Contracts.Symbols;

/// <summary>
/// A closed candle, durable when it is told. The key is (timeframe, window, revision): the same event may come twice, with the same values. Revisions of a
/// window only rise, and some are passed over when several trades came at once. A window that got its first trade late has no closing: it begins
/// with a revision.
/// </summary>
[GenerateSerializer, Immutable, Alias("k2.CandleEvent")]
public sealed record CandleEvent
{
    /// <summary>Whether the candle closed or changed afterwards.</summary>
    [Id(0)] public required CandleEventKind Kind { get; init; }

    /// <summary>The candle with absolute values.</summary>
    [Id(1)] public required CandleView Candle { get; init; }

    /// <summary>Its place in the instrument's log; a watch goes on behind it. Several events may share one.</summary>
    [Id(2)] public required long Version { get; init; }

    /// <summary>The exchange time that the log had reached there: when this could be known.</summary>
    [Id(3)] public required DateTime KnownAt { get; init; }
}
