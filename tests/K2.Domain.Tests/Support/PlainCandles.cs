using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Tests.Support;

/// <summary>Candles by sorting and adding, sharing no code with the book.</summary>
internal static class PlainCandles
{
    public static Candle Of(Instrument instrument, CandleWindow window, IEnumerable<Trade> trades)
    {
        var ordered = trades.OrderBy(trade => trade.ExchangeTime).ThenBy(trade => trade.TradeId).ToList();
        return new Candle
        {
            Instrument = instrument.Id,
            Timeframe = window.Timeframe,
            WindowStart = window.Start,
            Open = ordered[0].Price,
            High = ordered.Max(trade => trade.Price),
            Low = ordered.Min(trade => trade.Price),
            Close = ordered[^1].Price,
            Volume = ordered.Aggregate((Int128)0, (sum, trade) => sum + trade.Quantity.Mantissa),
            QuoteVolume = ordered.Aggregate((Int128)0, (sum, trade) => sum + ((Int128)trade.Quantity.Mantissa * trade.Price.Mantissa)),
            TradeCount = ordered.Sum(trade => trade.LastTradeId - trade.FirstTradeId + 1),
            OpenTime = ordered[0].ExchangeTime,
            CloseTime = ordered[^1].ExchangeTime,
            OpenTradeId = ordered[0].FirstTradeId,
            CloseTradeId = ordered[^1].LastTradeId,
            Closed = false,
            Complete = Completeness.Unknown,
            Revision = 0,
            Position = LogPosition.None,
        };
    }

    /// <summary>All candles of all timeframes, shortest first.</summary>
    public static IReadOnlyList<Candle> All(Instrument instrument, IReadOnlyCollection<Trade> trades) =>
    [
        .. Timeframes.All.SelectMany(timeframe => trades
            .GroupBy(trade => trade.ExchangeTime.Microseconds / ((long)LengthOf(timeframe).TotalSeconds * 1_000_000))
            .OrderBy(group => group.Key)
            .Select(group => Of(instrument, new CandleWindow(timeframe, new Timestamp(group.Key * (long)LengthOf(timeframe).TotalSeconds * 1_000_000)), group))),
    ];

    /// <summary>The candle with only its value columns, so that it compares with a plain one.</summary>
    public static Candle Values(this Candle candle) => candle with { Closed = false, Complete = Completeness.Unknown, Revision = 0, Position = LogPosition.None };

    private static TimeSpan LengthOf(Timeframe timeframe) => timeframe switch
    {
        Timeframe.OneMinute => TimeSpan.FromMinutes(1),
        Timeframe.FiveMinutes => TimeSpan.FromMinutes(5),
        Timeframe.FifteenMinutes => TimeSpan.FromMinutes(15),
        Timeframe.ThirtyMinutes => TimeSpan.FromMinutes(30),
        Timeframe.OneHour => TimeSpan.FromHours(1),
        Timeframe.OneDay => TimeSpan.FromDays(1),
        _ => throw new ArgumentOutOfRangeException(nameof(timeframe)),
    };
}
