using K2.Domain;

namespace K2.Exchanges.Candles;

/// <summary>A candle as an exchange publishes it.</summary>
/// <param name="WindowStart">First moment of the window.</param>
/// <param name="Open">First price.</param>
/// <param name="High">Highest price.</param>
/// <param name="Low">Lowest price.</param>
/// <param name="Close">Last price.</param>
/// <param name="Volume">Sum of quantities, in the base asset.</param>
/// <param name="QuoteVolume">Sum of price × quantity, in the quote asset; null where the exchange does not say.</param>
/// <param name="TradeCount">Number of trades; null where the exchange does not say.</param>
public sealed record ExchangeCandle(Timestamp WindowStart, decimal Open, decimal High, decimal Low, decimal Close, decimal Volume, decimal? QuoteVolume, long? TradeCount)
{
    /// <summary>Whether nothing was traded; some exchanges publish such windows, others leave them out.</summary>
    public bool IsEmpty => Volume == 0 && TradeCount is null or 0;
}
