using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>An instrument as it is now. Not durable: rely on closed candles of the warehouse.</summary>
public sealed record LiveSnapshot
{
    /// <summary>Lower-case name of the exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>The last trade by (exchange time, trade id), or null before the first.</summary>
    public required TradeView? LastTrade { get; init; }

    /// <summary>The newest candle of each timeframe asked for, shortest first.</summary>
    public required ImmutableArray<CandleView> Candles { get; init; }
}
