using K2.Domain.Instruments;

namespace K2.Contracts.Http;

/// <summary>The columns of a comparison in CSV: one close a known exchange, empty where it has no candle.</summary>
public static class ComparisonColumns
{
    /// <summary>Name and text of each column, in order. No text holds a comma, a quote or a line break.</summary>
    public static IReadOnlyList<(string Name, Func<ComparisonView, string> Text)> All { get; } =
    [
        ("window_start", row => UtcTimeConverter.Format(row.WindowStart)),
        ("window_end", row => UtcTimeConverter.Format(row.WindowEnd)),
        .. ExchangeNames.All.Select(exchange => exchange.ToName()).Select(name => (name + "_close", Close(name))),
        ("spread", row => Text(row.Spread)),
        ("spread_bps", row => Text(row.SpreadBps)),
        ("missing", row => string.Join(' ', row.Missing)),
    ];

    private static Func<ComparisonView, string> Close(string exchange) => row => Text(row.Candles.FirstOrDefault(candle => candle.Exchange == exchange)?.Close);

    private static string Text(decimal? number) => number is { } value ? DecimalTextConverter.Format(value) : "";
}
