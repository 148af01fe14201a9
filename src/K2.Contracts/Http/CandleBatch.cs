using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>What <c>POST /v1/ohlcv/batch</c> answers: the candles of each instrument, one behind the other in the order of the request.</summary>
public sealed record CandleBatch
{
    /// <summary>The candles.</summary>
    public required ImmutableArray<CandleView> Data { get; init; }
}
