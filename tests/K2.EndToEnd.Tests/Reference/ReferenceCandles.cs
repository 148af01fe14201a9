using System.Globalization;

namespace K2.EndToEnd.Tests.Reference;

/// <summary>Candles computed the plain way, by grouping decimals: what the platform must equal.</summary>
public static class ReferenceCandles
{
    private static readonly (string Name, TimeSpan Length)[] Timeframes =
        [("1m", TimeSpan.FromMinutes(1)), ("5m", TimeSpan.FromMinutes(5)), ("15m", TimeSpan.FromMinutes(15)), ("30m", TimeSpan.FromMinutes(30)), ("1h", TimeSpan.FromHours(1)), ("1d", TimeSpan.FromDays(1))];

    /// <summary>The value columns of every candle, one line each, in the order and form of <see cref="Query"/>.</summary>
    public static List<string> Lines(IEnumerable<ReferenceTrade> trades)
    {
        var lines = new List<string>();
        var all = trades.ToList();
        foreach (var symbol in all.GroupBy(trade => trade.Symbol))
        {
            foreach (var (name, length) in Timeframes)
            {
                foreach (var window in symbol.GroupBy(trade => trade.Time.Ticks / length.Ticks))
                {
                    var ordered = window.OrderBy(trade => trade.Time).ThenBy(trade => trade.Id).ToList();
                    var start = new DateTime(window.Key * length.Ticks, DateTimeKind.Utc);
                    lines.Add(string.Join('|',
                        symbol.Key, name, Stamp(start), Stamp(start + length),
                        Number(ordered[0].Price), Number(ordered.Max(t => t.Price)), Number(ordered.Min(t => t.Price)), Number(ordered[^1].Price),
                        Number(ordered.Sum(t => t.Quantity)), Number(ordered.Sum(t => t.Price * t.Quantity)), ordered.Count.ToString(CultureInfo.InvariantCulture),
                        Stamp(ordered[0].Time), Stamp(ordered[^1].Time),
                        ordered[0].Id.ToString(CultureInfo.InvariantCulture), ordered[^1].Id.ToString(CultureInfo.InvariantCulture)));
                }
            }
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The same columns from the warehouse.</summary>
    public const string Query =
        "SELECT concat(canonical_symbol, '|', toString(timeframe), '|', toString(window_start), '|', toString(window_end), '|', toString(open_price), '|', toString(high_price), '|', toString(low_price), '|', toString(close_price), '|', "
        + "toString(volume), '|', toString(quote_volume), '|', toString(trade_count), '|', toString(open_time), '|', toString(close_time), '|', toString(open_trade_id), '|', toString(close_trade_id)) FROM k2.ohlcv FORMAT TSVRaw";

    private static string Number(decimal value) => value.ToString("0.##################", CultureInfo.InvariantCulture);

    private static string Stamp(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
