using K2.Domain.Candles;
using K2.Domain.Trades;

namespace K2.Grains.Tests.Symbols;

/// <summary>Candles of trades by sorting and adding, sharing no code with the book.</summary>
internal static class PlainRows
{
    public static IEnumerable<string> Of(IReadOnlyCollection<Trade> trades) => Timeframes.All.SelectMany(timeframe => trades
        .GroupBy(trade => trade.ExchangeTime.Microseconds / timeframe.LengthMicroseconds())
        .OrderBy(window => window.Key)
        .Select(window =>
        {
            var ordered = window.OrderBy(trade => trade.ExchangeTime).ThenBy(trade => trade.TradeId).ToList();
            return Line(
                timeframe, window.Key * timeframe.LengthMicroseconds(), ordered[0], ordered[^1], ordered.Max(trade => trade.Price.Mantissa), ordered.Min(trade => trade.Price.Mantissa),
                ordered.Sum(trade => trade.Quantity.Mantissa), ordered.Sum(trade => trade.Quantity.Mantissa * trade.Price.Mantissa), ordered.Count);
        }));

    public static string Of(Candle row) => string.Join(
        '|', row.Timeframe, row.WindowStart.Microseconds, row.Open.Mantissa, row.OpenTime, row.OpenTradeId, row.Close.Mantissa, row.CloseTime, row.CloseTradeId, row.High.Mantissa, row.Low.Mantissa, row.Volume, row.QuoteVolume, row.TradeCount);

    private static string Line(Timeframe timeframe, long start, in Trade open, in Trade close, long high, long low, long volume, long quote, int count) => string.Join(
        '|', timeframe, start, open.Price.Mantissa, open.ExchangeTime, open.FirstTradeId, close.Price.Mantissa, close.ExchangeTime, close.LastTradeId, high, low, volume, quote, count);
}
