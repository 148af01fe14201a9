using System.Globalization;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.TestKit.Warehouse;

/// <summary>A trade for an aggregation that shares no code with the platform's: decimals and <see cref="DateTime"/>, one window at a time.</summary>
internal sealed record PlainTrade(long Id, long Microseconds, long Price, long Quantity)
{
    private static readonly DateTime Monday = new(1970, 1, 5, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>The stored candles of a timeframe: all windows but the newest are closed.</summary>
    public static IEnumerable<Candle> Candles(Instrument instrument, Timeframe timeframe, IReadOnlyList<PlainTrade> trades)
    {
        var windows = trades.GroupBy(trade => timeframe.WindowStart(new Timestamp(trade.Microseconds))).OrderBy(of => of.Key).ToList();
        return windows.Select(of => new Candle
        {
            Instrument = instrument.Id,
            Timeframe = timeframe,
            WindowStart = of.Key,
            Open = new Price(of.First().Price),
            High = new Price(of.Max(trade => trade.Price)),
            Low = new Price(of.Min(trade => trade.Price)),
            Close = new Price(of.Last().Price),
            Volume = of.Aggregate(Int128.Zero, (sum, trade) => sum + trade.Quantity),
            QuoteVolume = of.Aggregate(Int128.Zero, (sum, trade) => sum + ((Int128)trade.Price * trade.Quantity)),
            TradeCount = of.Count(),
            OpenTime = new Timestamp(of.First().Microseconds),
            CloseTime = new Timestamp(of.Last().Microseconds),
            OpenTradeId = of.First().Id,
            CloseTradeId = of.Last().Id,
            Closed = of != windows[^1],
            Complete = of != windows[^1] ? Completeness.Yes : Completeness.Unknown,
            Revision = 0,
            Position = LogPosition.Create(1, 1),
        });
    }

    /// <summary>The rows that an interval must have, as text.</summary>
    public static List<string> Rows(CandleInterval interval, IReadOnlyList<PlainTrade> trades)
    {
        var length = interval.Name[^1] switch { 'm' => TimeSpan.FromMinutes(1), 'h' => TimeSpan.FromHours(1), 'd' => TimeSpan.FromDays(1), _ => TimeSpan.FromDays(7) } * int.Parse(interval.Name[..^1], CultureInfo.InvariantCulture);
        var origin = interval.Name[^1] == 'w' ? Monday : DateTime.UnixEpoch;
        return trades.GroupBy(trade => origin + (length * Math.Floor((DateTime.UnixEpoch.AddTicks(trade.Microseconds * 10) - origin) / length))).OrderBy(of => of.Key)
            .Select(of => Row(
                of.Key, of.First().Price / 100m, of.Max(trade => trade.Price) / 100m, of.Min(trade => trade.Price) / 100m, of.Last().Price / 100m, of.Sum(trade => trade.Quantity / 1000m),
                of.Sum(trade => trade.Price / 100m * (trade.Quantity / 1000m)), of.Count(), of.First().Id, of.Last().Id))
            .ToList();
    }

    /// <summary>A candle as text.</summary>
    public static string Row(IntervalCandle candle, Instrument instrument) => Row(
        candle.WindowStart.ToDateTime(),
        FixedPoint.ToDecimal(candle.Values.Open.Mantissa, instrument.PriceScale),
        FixedPoint.ToDecimal(candle.Values.High.Mantissa, instrument.PriceScale),
        FixedPoint.ToDecimal(candle.Values.Low.Mantissa, instrument.PriceScale),
        FixedPoint.ToDecimal(candle.Values.Close.Mantissa, instrument.PriceScale),
        FixedPoint.ToDecimal(candle.Values.Volume, instrument.QuantityScale),
        FixedPoint.ToDecimal(candle.Values.QuoteVolume, instrument.PriceScale + instrument.QuantityScale),
        candle.Values.TradeCount,
        candle.Values.OpenTradeId,
        candle.Values.CloseTradeId);

    private static string Row(DateTime start, decimal open, decimal high, decimal low, decimal close, decimal volume, decimal quote, long count, long firstId, long lastId) =>
        string.Create(CultureInfo.InvariantCulture, $"{start:s} {open:0.#####} {high:0.#####} {low:0.#####} {close:0.#####} {volume:0.#####} {quote:0.#####} {count} {firstId} {lastId}");
}
