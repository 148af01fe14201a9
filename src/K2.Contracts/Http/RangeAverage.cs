namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/vwap</c> answers: exact sums of a range and the average price.</summary>
public sealed record RangeAverage
{
    /// <summary>Lower-case name of the exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol.</summary>
    public required string Symbol { get; init; }

    /// <summary>First moment.</summary>
    public required DateTime From { get; init; }

    /// <summary>End, exclusive.</summary>
    public required DateTime To { get; init; }

    /// <summary>Quote volume divided by volume, rounded half to even at the instrument's price scale and eight digits more, at most 18; null without trades.</summary>
    public required decimal? Vwap { get; init; }

    /// <summary>Sum of quantities, exact.</summary>
    public required decimal Volume { get; init; }

    /// <summary>Sum of price × quantity, exact.</summary>
    public required decimal QuoteVolume { get; init; }

    /// <summary>Number of trades.</summary>
    public required long TradeCount { get; init; }

    /// <summary>Exchange time of the first trade, or null without trades.</summary>
    public required DateTime? FirstTradeTime { get; init; }

    /// <summary>Exchange time of the last trade, or null without trades.</summary>
    public required DateTime? LastTradeTime { get; init; }

    /// <summary>Stored windows of the range that are not known to hold every trade.</summary>
    public required long WindowsNotComplete { get; init; }
}
