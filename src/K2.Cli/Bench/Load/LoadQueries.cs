using System.Globalization;
using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Warehouse;

namespace K2.Cli.Bench.Load;

/// <summary>Times what users ask, through the official driver and our reader.</summary>
internal sealed class LoadQueries(WarehouseHost host, IReadOnlyList<LoadSymbol> symbols, int runs, TextWriter output, TimeProvider time)
{
    private const int WholeRuns = 5;
    private static readonly TimeSpan Aim = TimeSpan.FromMilliseconds(10);

    // A slow query is measured less often rather than for an hour.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var until = LoadSymbol.Until;
        var first = await MeasureAsync("last 500 candles of 1m", symbol => CandlesAsync(new CandleQuery(symbol, Timeframe.OneMinute, null, null, 500, true), cancellationToken));
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"aim: last 500 candles p99 < {Aim.TotalMilliseconds} ms: {(first < Aim ? "met" : "MISSED")}"));
        await MeasureAsync("24 h of 1m", symbol => CandlesAsync(new CandleQuery(symbol, Timeframe.OneMinute, until.Add(-TimeSpan.FromDays(1)), until, 10_000, false), cancellationToken));
        var year = symbols[0].Instrument.Id;
        await MeasureAsync("one year of 1h", _ => CandlesAsync(new CandleQuery(year, Timeframe.OneHour, until.Add(-TimeSpan.FromDays(365)), until, 10_000, false), cancellationToken));
        await MeasureAsync("4h over 30 days, from ohlcv_1h", symbol => FourHoursAsync(symbol, cancellationToken));
        await MeasureAsync("all trades counted", WholeRuns, [symbols[0]], _ => BytesAsync("SELECT count() FROM k2.silver_trades", cancellationToken));
        await MeasureAsync("all trades summed by symbol, exact view", WholeRuns, [symbols[0]], _ => BytesAsync(Sums("silver_trades"), cancellationToken));
        await MeasureAsync("all trades summed by symbol, table behind the view", WholeRuns, [symbols[0]], _ => BytesAsync(Sums("silver_trades_store"), cancellationToken));
        await MeasureAsync("last trade, since an hour before the end", symbol => TradesAsync(new TradeQuery(symbol, until.Add(-TimeSpan.FromHours(1)), null, null, 1, true), cancellationToken));
        await MeasureAsync("last 1000 trades, no time given", symbol => TradesAsync(new TradeQuery(symbol, null, null, null, 1000, true), cancellationToken));
        await MeasureAsync("last trade, no time given", symbol => TradesAsync(new TradeQuery(symbol, null, null, null, 1, true), cancellationToken));
    }

    private Task<TimeSpan> MeasureAsync(string name, Func<InstrumentId, Task<int>> query) => MeasureAsync(name, runs, symbols, query);

    private async Task<TimeSpan> MeasureAsync(string name, int most, IReadOnlyList<LoadSymbol> warming, Func<InstrumentId, Task<int>> query)
    {
        foreach (var symbol in warming) await query(symbol.Instrument.Id);
        var taken = new List<TimeSpan>();
        var rows = 0;
        var begin = time.GetTimestamp();
        for (var run = 0; run < most && time.GetElapsedTime(begin) < Limit; run++)
        {
            var start = time.GetTimestamp();
            rows = await query(symbols[run % symbols.Count].Instrument.Id);
            taken.Add(time.GetElapsedTime(start));
        }

        taken.Sort();
        var p99 = At(taken, 99);
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"query {name}: p50 {At(taken, 50).TotalMilliseconds:0.0} ms, p99 {p99.TotalMilliseconds:0.0} ms, {taken.Count} runs, {rows} rows or bytes, load {LoadBench.LoadAverage()}"));
        return p99;
    }

    private static TimeSpan At(List<TimeSpan> sorted, int percent) => sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];

    private async Task<int> CandlesAsync(CandleQuery query, CancellationToken cancellationToken)
    {
        var rows = 0;
        await foreach (var _ in host.Reader.ReadCandlesAsync(query, cancellationToken)) rows++;
        return rows;
    }

    private async Task<int> TradesAsync(TradeQuery query, CancellationToken cancellationToken)
    {
        var rows = 0;
        await foreach (var _ in host.Reader.ReadTradesAsync(query, cancellationToken)) rows++;
        return rows;
    }

    private static string Sums(string table) => $"SELECT exchange, canonical_symbol, count(), sum(quantity), sum(quote_volume) FROM k2.{table} GROUP BY exchange, canonical_symbol";

    private Task<int> FourHoursAsync(InstrumentId id, CancellationToken cancellationToken) => BytesAsync(
        $"""
        SELECT toStartOfInterval(window_start, INTERVAL 4 HOUR) AS start, argMin(open_price, window_start), max(high_price), min(low_price), argMax(close_price, window_start), sum(volume), sum(trade_count)
        FROM k2.ohlcv_1h WHERE exchange = '{id.Exchange.ToName()}' AND canonical_symbol = '{id.Symbol}' AND window_start >= toDateTime64('2024-12-02 00:00:00', 6, 'UTC')
        GROUP BY start ORDER BY start
        """,
        cancellationToken);

    private async Task<int> BytesAsync(string sql, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        await host.QueryRawAsync(sql + " FORMAT RowBinary", answer, cancellationToken);
        return (int)answer.Length;
    }
}
