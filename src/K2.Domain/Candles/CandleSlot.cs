using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>The growing values of one window; mutable, and never seen outside the book.</summary>
internal sealed class CandleSlot(Timeframe timeframe, Timestamp start)
{
    /// <summary><see cref="DirtySince"/> of a slot whose latest values were written.</summary>
    public const long Clean = long.MaxValue;

    public Timeframe Timeframe { get; } = timeframe;

    public Timestamp Start { get; } = start;

    public Timestamp End { get; } = new(start.Microseconds + timeframe.LengthMicroseconds());

    public Price Open { get; private set; }

    public Price High { get; private set; }

    public Price Low { get; private set; }

    public Price Close { get; private set; }

    public Int128 Volume { get; private set; }

    public Int128 QuoteVolume { get; private set; }

    public long TradeCount { get; private set; }

    public Timestamp OpenTime { get; private set; }

    public Timestamp CloseTime { get; private set; }

    public long OpenTradeId { get; private set; }

    public long CloseTradeId { get; private set; }

    public int Revision { get; set; }

    /// <summary>As of the end of the last batch.</summary>
    public bool Closed { get; set; }

    /// <summary>As of the end of the last batch.</summary>
    public Completeness Complete { get; set; }

    /// <summary>Values changed after closing, since the row was last written.</summary>
    public bool Revised { get; set; }

    /// <summary>The current batch closed the window, so that its row is due.</summary>
    public bool JustClosed { get; set; }

    /// <summary>Values changed after closing, since the history was last written; never at the end of a batch.</summary>
    public bool IsUnrecorded { get; set; }

    /// <summary>Position of the history row that the current batch brought last, or <see cref="LogPosition.None"/>.</summary>
    public LogPosition RecordedAt { get; set; }

    /// <summary>How many watermark records the book had taken when the row fell behind the values, or <see cref="Clean"/>.</summary>
    public long DirtySince { get; set; } = Clean;

    /// <summary>
    /// Adds a trade; order decides nothing. Ties in time are broken by the ids that the row itself keeps, so that a rebuilt slot goes on as the
    /// original would have: of aggregates these rise with the aggregate's id.
    /// </summary>
    public void Add(in Trade trade, Int128 quoteVolume)
    {
        var (price, time) = (trade.Price, trade.ExchangeTime);
        if (TradeCount == 0)
        {
            Open = High = Low = Close = price;
            OpenTime = CloseTime = time;
            OpenTradeId = trade.FirstTradeId;
            CloseTradeId = trade.LastTradeId;
        }
        else
        {
            if (price > High) High = price;
            if (price < Low) Low = price;
            if (time > CloseTime || (time == CloseTime && trade.LastTradeId > CloseTradeId))
            {
                Close = price;
                CloseTime = time;
                CloseTradeId = trade.LastTradeId;
            }
            else if (time < OpenTime || (time == OpenTime && trade.FirstTradeId < OpenTradeId))
            {
                Open = price;
                OpenTime = time;
                OpenTradeId = trade.FirstTradeId;
            }
        }

        Volume += trade.Quantity.Mantissa;
        QuoteVolume += quoteVolume;
        TradeCount += trade.Count;
    }

    /// <summary>Takes over the value part and the revision of a row.</summary>
    public void Load(Candle candle)
    {
        Open = candle.Open;
        High = candle.High;
        Low = candle.Low;
        Close = candle.Close;
        Volume = candle.Volume;
        QuoteVolume = candle.QuoteVolume;
        TradeCount = candle.TradeCount;
        OpenTime = candle.OpenTime;
        CloseTime = candle.CloseTime;
        OpenTradeId = candle.OpenTradeId;
        CloseTradeId = candle.CloseTradeId;
        Revision = candle.Revision;
    }

    /// <summary>Reads the value part and the revision of the stored form.</summary>
    public void Load(ref StateReader reader)
    {
        Open = new(reader.Signed());
        High = new(reader.Delta(Open.Mantissa));
        Low = new(reader.Delta(Open.Mantissa));
        Close = new(reader.Delta(Open.Mantissa));
        Volume = reader.SignedInt128();
        QuoteVolume = reader.SignedInt128();
        TradeCount = reader.Signed();
        OpenTime = new(reader.Delta(Start.Microseconds));
        CloseTime = new(reader.Delta(Start.Microseconds));
        OpenTradeId = reader.Signed();
        CloseTradeId = reader.Delta(OpenTradeId);
        Revision = checked((int)reader.Unsigned());
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
