using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/ohlcv/{timeframe}</c> answers.</summary>
public sealed record CandlePage
{
    /// <summary>The candles in the order asked for.</summary>
    public required ImmutableArray<CandleView> Data { get; init; }

    /// <summary>Path and query of the next page, or null when there is none.</summary>
    public required string? Next { get; init; }
}
