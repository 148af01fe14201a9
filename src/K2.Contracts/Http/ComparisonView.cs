using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>One window of one symbol on all exchanges that have it.</summary>
public sealed record ComparisonView
{
    /// <summary>First moment of the window.</summary>
    public required DateTime WindowStart { get; init; }

    /// <summary>First moment after it.</summary>
    public required DateTime WindowEnd { get; init; }

    /// <summary>Highest close minus lowest close; null where fewer than two exchanges have a candle.</summary>
    public required decimal? Spread { get; init; }

    /// <summary>The spread in hundredths of a percent of the lowest close, rounded half to even at four digits.</summary>
    public required decimal? SpreadBps { get; init; }

    /// <summary>Exchanges that have the symbol and no candle of this window.</summary>
    public required ImmutableArray<string> Missing { get; init; }

    /// <summary>The candles by exchange.</summary>
    public required ImmutableArray<CandleView> Candles { get; init; }
}
