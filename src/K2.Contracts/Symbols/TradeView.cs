using System.Text.Json.Serialization;
using K2.Domain.Trades;

namespace K2.Contracts.Symbols;

/// <summary>A trade for client apps: numbers are exact decimals, times are UTC.</summary>
[GenerateSerializer, Immutable, Alias("k2.TradeView")]
public sealed record TradeView
{
    /// <summary>Lower-case name of the exchange.</summary>
    [Id(0)] public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    [Id(1)] public required string Symbol { get; init; }

    /// <summary>The exchange's trade id.</summary>
    [Id(2)] public required long TradeId { get; init; }

    /// <summary>Price in the quote asset.</summary>
    [Id(3)] public required decimal Price { get; init; }

    /// <summary>Quantity in the base asset.</summary>
    [Id(4)] public required decimal Quantity { get; init; }

    /// <summary>What the taker did.</summary>
    [Id(5)] public required TakerSide Side { get; init; }

    /// <summary>Exchange time.</summary>
    [Id(6), JsonPropertyName("timestamp")] public required DateTime Time { get; init; }

    /// <summary>When the platform received it.</summary>
    [Id(7), JsonPropertyName("received_timestamp")] public required DateTime ReceivedTime { get; init; }

    /// <summary>How the trade came in.</summary>
    [Id(8)] public required TradeSource Source { get; init; }
}
