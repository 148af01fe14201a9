using System.Globalization;

namespace K2.Contracts.Http;

/// <summary>The columns of daily summaries in CSV: names and texts as in JSON.</summary>
public static class SummaryColumns
{
    /// <summary>Name and text of each column, in order. No text holds a comma, a quote or a line break.</summary>
    public static IReadOnlyList<(string Name, Func<DaySummary, string> Text)> All { get; } =
    [
        ("exchange", day => day.Exchange),
        ("symbol", day => day.Symbol),
        ("date", day => day.Date),
        ("open_price", day => DecimalTextConverter.Format(day.Open)),
        ("high_price", day => DecimalTextConverter.Format(day.High)),
        ("low_price", day => DecimalTextConverter.Format(day.Low)),
        ("close_price", day => DecimalTextConverter.Format(day.Close)),
        ("volume", day => DecimalTextConverter.Format(day.Volume)),
        ("quote_volume", day => DecimalTextConverter.Format(day.QuoteVolume)),
        ("vwap", day => day.Vwap is { } vwap ? DecimalTextConverter.Format(vwap) : ""),
        ("trade_count", day => day.TradeCount.ToString(CultureInfo.InvariantCulture)),
        ("first_trade_time", day => UtcTimeConverter.Format(day.FirstTradeTime)),
        ("last_trade_time", day => UtcTimeConverter.Format(day.LastTradeTime)),
        ("first_trade_id", day => day.FirstTradeId.ToString(CultureInfo.InvariantCulture)),
        ("last_trade_id", day => day.LastTradeId.ToString(CultureInfo.InvariantCulture)),
        ("closed", day => day.Closed ? "true" : "false"),
        ("complete", day => day.Complete),
        ("gaps_open", day => day.GapsOpen.ToString(CultureInfo.InvariantCulture)),
        ("gaps_filled", day => day.GapsFilled.ToString(CultureInfo.InvariantCulture)),
    ];
}
