using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Cli.Bench.Faults;

/// <summary>Candles straight from a ledger, in the plainest way there is, to measure the platform's by.</summary>
internal static class LedgerCandles
{
    public static IEnumerable<string> Differences(Instrument instrument, IEnumerable<LedgerTrade> ledger, IReadOnlyList<Candle> candles)
    {
        var trades = ledger.ToList();
        var actual = candles.ToDictionary(candle => (candle.Timeframe, candle.WindowStart), Text);
        foreach (var timeframe in Timeframes.All)
        {
            foreach (var window in trades.GroupBy(trade => timeframe.WindowStart(new Timestamp(trade.TimeMicroseconds))))
            {
                var ordered = window.OrderBy(trade => trade.TimeMicroseconds).ThenBy(trade => trade.TradeId).ToList();
                var expected = string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"{ordered[0].Price} {ordered.Max(trade => trade.Price)} {ordered.Min(trade => trade.Price)} {ordered[^1].Price} {ordered.Aggregate((Int128)0, (sum, trade) => sum + trade.Quantity)} {ordered.Aggregate((Int128)0, (sum, trade) => sum + ((Int128)trade.Price * trade.Quantity))} {ordered.Count}");
                if (!actual.Remove((timeframe, window.Key), out var text)) yield return $"{instrument.Id}: no {timeframe.ToName()} candle at {window.Key}";
                else if (text != expected) yield return $"{instrument.Id}: {timeframe.ToName()} candle at {window.Key} is {text}, the ledger says {expected}";
            }
        }

        foreach (var (window, text) in actual) yield return $"{instrument.Id}: {window.Timeframe.ToName()} candle at {window.WindowStart} without trades: {text}";
    }

    private static string Text(Candle candle) => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{candle.Open.Mantissa} {candle.High.Mantissa} {candle.Low.Mantissa} {candle.Close.Mantissa} {candle.Volume} {candle.QuoteVolume} {candle.TradeCount}");
}
