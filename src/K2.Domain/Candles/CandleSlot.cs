using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>The growing values of one window; mutable, and never seen outside the book.</summary>
internal sealed class CandleSlot(Timeframe timeframe, Timestamp start)
{
    public Timeframe Timeframe { get; } = timeframe;
    public Timestamp Start { get; } = start;
    public Timestamp End { get; } = new(start.Microseconds + timeframe.LengthMicroseconds());
    public Price Open { get; set; }
    public Price High { get; set; }
    public Price Low { get; set; }
    public Price Close { get; set; }
    public Int128 Volume { get; set; }
    public Int128 QuoteVolume { get; set; }
    public long TradeCount { get; set; }
    public Timestamp OpenTime { get; set; }
    public Timestamp CloseTime { get; set; }
    public long OpenTradeId { get; set; }
    public long CloseTradeId { get; set; }
    public bool Closed { get; set; }
    public Completeness Complete { get; set; }
    public int Revision { get; set; }

    /// <summary>Changed since the row was last written.</summary>
    public bool Dirty { get; set; }

    /// <summary>The row must be written at the end of this batch, not only with the next watermark.</summary>
    public bool Due { get; set; }

    /// <summary>Values changed after closing, since the row was last written.</summary>
    public bool Revised { get; set; }

    /// <summary>Adds a trade; order decides nothing.</summary>
    public void Add(in Trade trade)
    {
        if (TradeCount == 0)
        {
            Open = High = Low = Close = trade.Price;
            OpenTime = CloseTime = trade.ExchangeTime;
            OpenTradeId = trade.FirstTradeId;
            CloseTradeId = trade.LastTradeId;
        }
        else
        {
            if (trade.Price > High) High = trade.Price;
            if (trade.Price < Low) Low = trade.Price;
            if (trade.ExchangeTime > CloseTime || (trade.ExchangeTime == CloseTime && trade.LastTradeId > CloseTradeId))
            {
                Close = trade.Price;
                CloseTime = trade.ExchangeTime;
                CloseTradeId = trade.LastTradeId;
            }
            else if (trade.ExchangeTime < OpenTime || (trade.ExchangeTime == OpenTime && trade.FirstTradeId < OpenTradeId))
            {
                Open = trade.Price;
                OpenTime = trade.ExchangeTime;
                OpenTradeId = trade.FirstTradeId;
            }
        }

        Volume = checked(Volume + trade.Quantity.Mantissa);
        QuoteVolume = checked(QuoteVolume + trade.QuoteVolume);
        TradeCount += trade.Count;
        Dirty = true;
    }

    public CandleSlot Clone() => (CandleSlot)MemberwiseClone();

    public Candle ToCandle(InstrumentId instrument, LogPosition position) => new()
    {
        Instrument = instrument,
        Timeframe = Timeframe,
        WindowStart = Start,
        Open = Open,
        High = High,
        Low = Low,
        Close = Close,
        Volume = Volume,
        QuoteVolume = QuoteVolume,
        TradeCount = TradeCount,
        OpenTime = OpenTime,
        CloseTime = CloseTime,
        OpenTradeId = OpenTradeId,
        CloseTradeId = CloseTradeId,
        Closed = Closed,
        Complete = Complete,
        Revision = Revision,
        Position = position,
    };
}
