using System.Text.Json.Serialization;

namespace K2.Contracts.Http;

/// <summary>One UTC day of one instrument.</summary>
public sealed record DaySummary
{
    /// <summary>Lower-case name of the exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>The day, for example <c>2024-08-08</c>.</summary>
    public required string Date { get; init; }

    /// <summary>First price.</summary>
    [JsonPropertyName("open_price")] public required decimal Open { get; init; }

    /// <summary>Highest price.</summary>
    [JsonPropertyName("high_price")] public required decimal High { get; init; }

    /// <summary>Lowest price.</summary>
    [JsonPropertyName("low_price")] public required decimal Low { get; init; }

    /// <summary>Last price.</summary>
    [JsonPropertyName("close_price")] public required decimal Close { get; init; }

    /// <summary>Sum of quantities.</summary>
    public required decimal Volume { get; init; }

    /// <summary>Sum of price × quantity.</summary>
    public required decimal QuoteVolume { get; init; }

    /// <summary>Volume-weighted average price: see <see cref="RangeAverage.Vwap"/>.</summary>
    public required decimal? Vwap { get; init; }

    /// <summary>Number of trades.</summary>
    public required long TradeCount { get; init; }

    /// <summary>Exchange time of the first trade.</summary>
    public required DateTime FirstTradeTime { get; init; }

    /// <summary>Exchange time of the last trade.</summary>
    public required DateTime LastTradeTime { get; init; }

    /// <summary>Id of the first trade.</summary>
    public required long FirstTradeId { get; init; }

    /// <summary>Id of the last trade.</summary>
    public required long LastTradeId { get; init; }

    /// <summary>Whether the day is over.</summary>
    public required bool Closed { get; init; }

    /// <summary>yes, no or unknown: whether every trade of the day is counted.</summary>
    public required string Complete { get; init; }

    /// <summary>Gaps that overlap the day and are not filled.</summary>
    public required int GapsOpen { get; init; }

    /// <summary>Gaps that overlap the day and were filled.</summary>
    public required int GapsFilled { get; init; }
}
