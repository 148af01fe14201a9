using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/stats</c> answers.</summary>
public sealed record StatisticsReport
{
    /// <summary>Tables on disk.</summary>
    public required ImmutableArray<TableSize> Tables { get; init; }

    /// <summary>Trades of each exchange.</summary>
    public required ImmutableSortedDictionary<string, long> TradesByExchange { get; init; }

    /// <summary>Instruments that have trades.</summary>
    public required ImmutableArray<InstrumentCount> Instruments { get; init; }
}
