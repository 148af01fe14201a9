using System.Text.Json.Serialization;
using K2.Domain.Candles;

namespace K2.Contracts.Symbols;

/// <summary>A candle for client apps: numbers are exact decimals, times are UTC. See <see cref="Candle"/> for the meaning of each column.</summary>
[GenerateSerializer, Immutable, Alias("k2.CandleView")]
public sealed record CandleView
{
    /// <summary>Lower-case name of the exchange.</summary>
    [Id(0)] public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    [Id(1)] public required string Symbol { get; init; }

    /// <summary>Name of the timeframe, for example <c>1m</c>.</summary>
    [Id(2)] public required string Timeframe { get; init; }

    /// <summary>First moment of the window.</summary>
    [Id(3)] public required DateTime WindowStart { get; init; }

    /// <summary>First moment after the window.</summary>
    [Id(4)] public required DateTime WindowEnd { get; init; }

    /// <summary>First price.</summary>
    [Id(5), JsonPropertyName("open_price")] public required decimal Open { get; init; }

    /// <summary>Highest price.</summary>
    [Id(6), JsonPropertyName("high_price")] public required decimal High { get; init; }

    /// <summary>Lowest price.</summary>
    [Id(7), JsonPropertyName("low_price")] public required decimal Low { get; init; }

    /// <summary>Last price.</summary>
    [Id(8), JsonPropertyName("close_price")] public required decimal Close { get; init; }

    /// <summary>Sum of quantities, in the base asset.</summary>
    [Id(9)] public required decimal Volume { get; init; }

    /// <summary>Sum of price × quantity, in the quote asset.</summary>
    [Id(10)] public required decimal QuoteVolume { get; init; }

    /// <summary>Number of trades.</summary>
    [Id(11)] public required long TradeCount { get; init; }

    /// <summary>Exchange time of the first trade.</summary>
    [Id(12)] public required DateTime OpenTime { get; init; }

    /// <summary>Exchange time of the last trade.</summary>
    [Id(13)] public required DateTime CloseTime { get; init; }

    /// <summary>Id of the first trade.</summary>
    [Id(14)] public required long OpenTradeId { get; init; }

    /// <summary>Id of the last trade.</summary>
    [Id(15)] public required long CloseTradeId { get; init; }

    /// <summary>Whether the window is over.</summary>
    [Id(16)] public required bool Closed { get; init; }

    /// <summary>Whether every trade of the window is in it.</summary>
    [Id(17)] public required Completeness Complete { get; init; }

    /// <summary>How often the values changed after closing.</summary>
    [Id(18)] public required int Revision { get; init; }

    /// <summary>Whether the window had no trades and the prices repeat the one before it. In JSON it stands only where it is true.</summary>
    [Id(19), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] public bool Filled { get; init; }
}
