using System.Collections.Immutable;

namespace K2.Contracts.Verification;

/// <summary>The outcome of comparing a symbol's candles with the exchange's own.</summary>
[GenerateSerializer, Immutable, Alias("k2.SymbolVerification")]
public sealed record SymbolVerification
{
    /// <summary>The exchange's name.</summary>
    [Id(0)] public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    [Id(1)] public required string Symbol { get; init; }

    /// <summary>When it was compared, UTC.</summary>
    [Id(2)] public required DateTime At { get; init; }

    /// <summary>Each timeframe that the exchange publishes.</summary>
    [Id(3)] public required ImmutableArray<TimeframeVerification> Timeframes { get; init; }

    /// <summary>Why the comparison could not be made or finished, or empty.</summary>
    [Id(4)] public required string Problem { get; init; }

    /// <summary>Whether everything was compared and nothing is different or missing.</summary>
    public bool Passed => Problem.Length == 0 && Timeframes.All(timeframe => timeframe.Different == 0 && timeframe.Missing == 0);
}
