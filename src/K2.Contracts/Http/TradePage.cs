using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/trades</c> answers.</summary>
public sealed record TradePage
{
    /// <summary>The trades in the order asked for.</summary>
    public required ImmutableArray<TradeView> Data { get; init; }

    /// <summary>Path and query of the next page, or null when there is none.</summary>
    public required string? Next { get; init; }
}
