using System.Globalization;
using K2.Contracts.Symbols;

namespace K2.Contracts.Http;

/// <summary>The columns of candles in CSV: names and texts as in JSON.</summary>
public static class CandleColumns
{
    /// <summary>Name and text of each column, in order. No text holds a comma, a quote or a line break.</summary>
    public static IReadOnlyList<(string Name, Func<CandleView, string> Text)> All { get; } =
    [
        ("exchange", candle => candle.Exchange),
        ("symbol", candle => candle.Symbol),
        ("timeframe", candle => candle.Timeframe),
        ("window_start", candle => UtcTimeConverter.Format(candle.WindowStart)),
        ("window_end", candle => UtcTimeConverter.Format(candle.WindowEnd)),
        ("open_price", candle => DecimalTextConverter.Format(candle.Open)),
        ("high_price", candle => DecimalTextConverter.Format(candle.High)),
        ("low_price", candle => DecimalTextConverter.Format(candle.Low)),
        ("close_price", candle => DecimalTextConverter.Format(candle.Close)),
        ("volume", candle => DecimalTextConverter.Format(candle.Volume)),
        ("quote_volume", candle => DecimalTextConverter.Format(candle.QuoteVolume)),
        ("trade_count", candle => candle.TradeCount.ToString(CultureInfo.InvariantCulture)),
        ("open_time", candle => UtcTimeConverter.Format(candle.OpenTime)),
        ("close_time", candle => UtcTimeConverter.Format(candle.CloseTime)),
        ("open_trade_id", candle => candle.OpenTradeId.ToString(CultureInfo.InvariantCulture)),
        ("close_trade_id", candle => candle.CloseTradeId.ToString(CultureInfo.InvariantCulture)),
        ("closed", candle => candle.Closed ? "true" : "false"),
        ("complete", candle => candle.Complete.ToWire()),
        ("revision", candle => candle.Revision.ToString(CultureInfo.InvariantCulture)),
        ("filled", candle => candle.Filled ? "true" : "false"),
    ];
}
