using System.Globalization;
using System.Text;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Warehouse;

namespace K2.Cli.Bench.Load;

/// <summary>Compares what is stored with what was made: counts and sums of every symbol, and every candle of some against candles made anew.</summary>
internal sealed class LoadCheck(WarehouseHost host, TextWriter output)
{
    private const int Page = 10_000;

    /// <summary>Returns how many differences there are.</summary>
    public async Task<int> RunAsync(IReadOnlyList<SymbolTotals> totals, CancellationToken cancellationToken)
    {
        var differences = await SumsAsync(totals, "silver_trades", "SELECT exchange, canonical_symbol, count(), toString(sum(quantity)), toString(sum(quote_volume)) FROM k2.silver_trades GROUP BY ALL", cancellationToken);
        foreach (var timeframe in Timeframes.All)
        {
            var name = timeframe.ToName();
            differences += await SumsAsync(totals, "ohlcv_" + name, $"SELECT exchange, canonical_symbol, sum(trade_count), toString(sum(volume)), toString(sum(quote_volume)) FROM k2.ohlcv_{name} GROUP BY ALL", cancellationToken);
        }

        var wrong = 0;
        var compared = 0;
        foreach (var symbol in (LoadSymbol[])[totals[0].Symbol, totals[1].Symbol, totals[^1].Symbol])
        {
            var (candles, different) = await CandlesAsync(symbol, cancellationToken);
            compared += candles;
            wrong += different;
        }

        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"check: {totals.Count} symbols by count and sums in silver_trades and six timeframes, {compared} candles of 3 symbols made anew: {wrong} candles differ, {differences} sums differ"));
        return differences + wrong;
    }

    private async Task<int> SumsAsync(IReadOnlyList<SymbolTotals> totals, string table, string sql, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        await host.QueryRawAsync(sql + " FORMAT TSV", answer, cancellationToken);
        var stored = Encoding.UTF8.GetString(answer.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
        var expected = totals.Select(total =>
        {
            var instrument = total.Symbol.Instrument;
            return string.Create(CultureInfo.InvariantCulture, $"{Domain.Instruments.ExchangeNames.ToName(instrument.Id.Exchange)}\t{instrument.Id.Symbol}\t{total.Trades}\t{Plain(total.Volume, instrument.QuantityScale)}\t{Plain(total.QuoteVolume, instrument.PriceScale + instrument.QuantityScale)}");
        }).Order(StringComparer.Ordinal).ToList();
        var different = expected.Except(stored, StringComparer.Ordinal).Count() + stored.Except(expected, StringComparer.Ordinal).Count();
        if (different > 0) await output.WriteLineAsync($"DIFFERENT {table}: expected {expected.Except(stored, StringComparer.Ordinal).FirstOrDefault()}, stored {stored.Except(expected, StringComparer.Ordinal).FirstOrDefault()}");
        return different;
    }

    private async Task<(int Compared, int Different)> CandlesAsync(LoadSymbol symbol, CancellationToken cancellationToken)
    {
        var expected = new Dictionary<(Timeframe Timeframe, long Start), PlainCandle>();
        foreach (var trade in symbol.Trades())
        {
            foreach (var timeframe in Timeframes.All)
            {
                // Not the domain's own arithmetic of windows: minutes, hours and days of a date.
                var length = timeframe switch { Timeframe.OneMinute => 1, Timeframe.FiveMinutes => 5, Timeframe.FifteenMinutes => 15, Timeframe.ThirtyMinutes => 30, Timeframe.OneHour => 60, _ => 1440 };
                var minute = trade.ExchangeTime.Microseconds / 60_000_000;
                var key = (timeframe, (minute - (minute % length)) * 60_000_000);
                expected[key] = expected.TryGetValue(key, out var known) ? known.With(trade.Price.Mantissa, trade.Quantity.Mantissa) : PlainCandle.Of(trade.Price.Mantissa, trade.Quantity.Mantissa);
            }
        }

        var different = 0;
        var compared = expected.Count;
        foreach (var timeframe in Timeframes.All)
        {
            Timestamp? from = null;
            for (var rows = Page; rows == Page;)
            {
                rows = 0;
                await foreach (var candle in host.Reader.ReadCandlesAsync(new CandleQuery(symbol.Instrument.Id, timeframe, from, null, Page, false), cancellationToken))
                {
                    rows++;
                    from = new Timestamp(candle.WindowStart.Microseconds + 1);
                    var values = new PlainCandle(candle.Open.Mantissa, candle.High.Mantissa, candle.Low.Mantissa, candle.Close.Mantissa, candle.Volume, candle.QuoteVolume, candle.TradeCount);
                    if (!expected.Remove((timeframe, candle.WindowStart.Microseconds), out var wanted) || wanted != values || !candle.Closed) different++;
                }
            }
        }

        return (compared, different + expected.Count);
    }

    private static string Plain(Int128 mantissa, int scale)
    {
        var digits = mantissa.ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = $"{digits[..^scale]}.{digits[^scale..]}";
        return text.TrimEnd('0').TrimEnd('.');
    }
}
