using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Contracts.Symbols;

/// <summary>Makes the client's views of domain values: mantissas become decimals here and nowhere earlier.</summary>
public static class ViewFactory
{
    /// <summary>Returns the view of a candle.</summary>
    public static CandleView ToView(this Candle candle, Instrument instrument) => new()
    {
        Exchange = instrument.Id.Exchange.ToName(),
        Symbol = instrument.Id.Symbol,
        Timeframe = candle.Timeframe.ToName(),
        WindowStart = candle.WindowStart.ToDateTime(),
        WindowEnd = candle.WindowEnd.ToDateTime(),
        Open = FixedPoint.ToDecimal(candle.Open.Mantissa, instrument.PriceScale),
        High = FixedPoint.ToDecimal(candle.High.Mantissa, instrument.PriceScale),
        Low = FixedPoint.ToDecimal(candle.Low.Mantissa, instrument.PriceScale),
        Close = FixedPoint.ToDecimal(candle.Close.Mantissa, instrument.PriceScale),
        Volume = FixedPoint.ToDecimal(candle.Volume, instrument.QuantityScale),
        QuoteVolume = FixedPoint.ToDecimal(candle.QuoteVolume, instrument.PriceScale + instrument.QuantityScale),
        TradeCount = candle.TradeCount,
        OpenTime = candle.OpenTime.ToDateTime(),
        CloseTime = candle.CloseTime.ToDateTime(),
        OpenTradeId = candle.OpenTradeId,
        CloseTradeId = candle.CloseTradeId,
        Closed = candle.Closed,
        Complete = candle.Complete,
        Revision = candle.Revision,
    };

    /// <summary>Returns the view of a candle of any interval.</summary>
    public static CandleView ToView(this IntervalCandle candle, Instrument instrument) =>
        candle.Values.ToView(instrument) with { Timeframe = candle.Interval.Name, WindowEnd = candle.WindowEnd.ToDateTime(), Filled = candle.Filled };

    /// <summary>Returns the event that a row of a candle's history is.</summary>
    public static CandleEvent ToEvent(this Candle candle, Instrument instrument) => new()
    {
        Kind = candle.Revision == 0 ? CandleEventKind.CandleClosed : CandleEventKind.CandleRevised,
        Candle = candle.ToView(instrument),
        Version = candle.Position.Version,
        KnownAt = (candle.KnownAt ?? candle.WindowEnd).ToDateTime(),
    };

    /// <summary>Returns the view of a trade.</summary>
    public static TradeView ToView(this in Trade trade, Instrument instrument) => new()
    {
        Exchange = instrument.Id.Exchange.ToName(),
        Symbol = instrument.Id.Symbol,
        TradeId = trade.TradeId,
        Price = FixedPoint.ToDecimal(trade.Price.Mantissa, instrument.PriceScale),
        Quantity = FixedPoint.ToDecimal(trade.Quantity.Mantissa, instrument.QuantityScale),
        Side = trade.Side,
        Time = trade.ExchangeTime.ToDateTime(),
        ReceivedTime = trade.ReceivedTime.ToDateTime(),
        Source = trade.Source,
    };
}
