namespace K2.Simulator.Exchanges;

/// <summary>One candle of a simulated instrument. Prices in ticks, volumes in the quantity's last digit, quote volume in both.</summary>
internal sealed class MarketCandle(long startMicroseconds, LedgerTrade first)
{
    public long StartMicroseconds => startMicroseconds;

    public long Open { get; } = first.Price;

    public long High { get; private set; } = first.Price;

    public long Low { get; private set; } = first.Price;

    public long Close { get; private set; } = first.Price;

    public Int128 Volume { get; private set; }

    public Int128 QuoteVolume { get; private set; }

    public Int128 TakerBuyVolume { get; private set; }

    public Int128 TakerBuyQuoteVolume { get; private set; }

    public long Trades { get; private set; }

    public void Add(LedgerTrade trade)
    {
        High = Math.Max(High, trade.Price);
        Low = Math.Min(Low, trade.Price);
        Close = trade.Price;
        Volume += trade.Quantity;
        QuoteVolume += (Int128)trade.Price * trade.Quantity;
        if (trade.TakerBought)
        {
            TakerBuyVolume += trade.Quantity;
            TakerBuyQuoteVolume += (Int128)trade.Price * trade.Quantity;
        }

        Trades++;
    }
}
