using System.Globalization;
using System.Text;
using K2.Abstractions.Diagnostics;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Soak;

/// <summary>Compares a stopped silo's folder with the ledgers of simulated exchanges: every trade once with every field, every candle, no gap left.</summary>
internal sealed class LedgerComparison(InstrumentTable instruments, TimeProvider time)
{
    private const int ShownPerInstrument = 3;

    /// <summary>Returns what differs, one line each, and how many trades and candles were compared.</summary>
    public async Task<(IReadOnlyList<string> Differences, long Trades, long Candles)> CompareAsync(string folder, IReadOnlyList<SimulatedExchange> venues, CancellationToken cancellationToken)
    {
        using var counters = new PipelineCounters();
        await using var warehouse = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = Path.Combine(folder, WarehouseOptions.FolderName), Port = 0 }, instruments, counters, NoProtocolProbe.Instance, time, NullLoggerFactory.Instance, cancellationToken);
        return await CompareAsync(warehouse, venues, cancellationToken);
    }

    /// <summary>Compares a warehouse with the ledgers.</summary>
    public async Task<(IReadOnlyList<string> Differences, long Trades, long Candles)> CompareAsync(WarehouseHost warehouse, IReadOnlyList<SimulatedExchange> venues, CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        long trades = 0, candles = 0;
        foreach (var venue in venues)
        {
            var ledger = venue.Ledger.Trades.ToLookup(trade => trade.Native);
            var served = instruments.All.Where(instrument => instrument.Id.Exchange == venue.Exchange).ToList();
            for (var rank = 0; rank < served.Count; rank++)
            {
                var simulated = SimulatedInstrument.Of(served[rank], rank);
                var (different, compared) = await InstrumentAsync(warehouse, served[rank], simulated, ledger[simulated.Native], cancellationToken);
                lines.AddRange(different);
                trades += ledger[simulated.Native].Count();
                candles += compared;
            }
        }

        foreach (var gap in await RowsAsync(warehouse, "SELECT exchange, canonical_symbol, first_missing_id, last_missing_id, state FROM k2.feed_gaps WHERE state != 'filled' FORMAT TSV", cancellationToken)) lines.Add($"a gap stays: {gap}");
        return (lines, trades, candles);
    }

    /// <summary>Compares one instrument's tables with its trades in the ledger.</summary>
    public static async Task<(IReadOnlyList<string> Differences, int Candles)> InstrumentAsync(WarehouseHost warehouse, Instrument instrument, SimulatedInstrument simulated, IEnumerable<LedgerTrade> ledger, CancellationToken cancellationToken)
    {
        var expected = ledger.OrderBy(trade => trade.IdEpoch).ThenBy(trade => trade.TradeId).Select(trade => Priced.Of(trade, simulated)).ToList();
        var windows = Timeframes.All.SelectMany(frame => Windows(frame, expected)).ToList();
        var trades = Different(instrument, "trade", expected.Select(Text), await RowsAsync(warehouse, TradesOf(instrument), cancellationToken));
        var candles = Different(instrument, "candle", windows, await RowsAsync(warehouse, CandlesOf(instrument), cancellationToken));
        return ([.. trades, .. candles], windows.Count);
    }

    private static string TradesOf(Instrument instrument) =>
        $"SELECT id_epoch, trade_id, price, quantity, side, toUnixTimestamp64Micro(timestamp) FROM k2.silver_trades WHERE exchange = '{instrument.Id.Exchange.ToName()}' AND canonical_symbol = '{instrument.Id.Symbol}' ORDER BY id_epoch, trade_id FORMAT TSV";

    private static string CandlesOf(Instrument instrument) =>
        $"SELECT timeframe, toUnixTimestamp64Micro(window_start), open_price, high_price, low_price, close_price, volume, quote_volume, trade_count FROM k2.ohlcv WHERE exchange = '{instrument.Id.Exchange.ToName()}' AND canonical_symbol = '{instrument.Id.Symbol}' ORDER BY timeframe, window_start FORMAT TSV";

    private static IEnumerable<string> Different(Instrument instrument, string kind, IEnumerable<string> expected, IReadOnlyList<string> actual)
    {
        var wanted = expected.ToList();
        if (wanted.SequenceEqual(actual)) yield break;
        yield return $"{instrument.Id}: {actual.Count} {kind} rows, the ledger has {wanted.Count}";
        foreach (var row in wanted.Except(actual).Take(ShownPerInstrument)) yield return $"{instrument.Id}: missing {kind} {row}";
        foreach (var row in actual.Except(wanted).Take(ShownPerInstrument)) yield return $"{instrument.Id}: {kind} that the ledger lacks {row}";
    }

    private static IEnumerable<string> Windows(Timeframe timeframe, IReadOnlyList<Priced> trades)
    {
        foreach (var window in trades.GroupBy(trade => timeframe.WindowStart(new Timestamp(trade.Trade.TimeMicroseconds)).Microseconds).OrderBy(window => window.Key))
        {
            var ordered = window.OrderBy(trade => trade.Trade.TimeMicroseconds).ThenBy(trade => trade.Trade.TradeId).ToList();
            yield return string.Join(
                '\t',
                timeframe.ToName(),
                window.Key.ToString(CultureInfo.InvariantCulture),
                Plain(ordered[0].Price),
                Plain(ordered.Max(trade => trade.Price)),
                Plain(ordered.Min(trade => trade.Price)),
                Plain(ordered[^1].Price),
                Plain(ordered.Sum(trade => trade.Quantity)),
                Plain(ordered.Sum(trade => trade.Price * trade.Quantity)),
                ordered.Count.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static string Text(Priced trade) =>
        string.Create(CultureInfo.InvariantCulture, $"{trade.Trade.IdEpoch}\t{trade.Trade.TradeId}\t{Plain(trade.Price)}\t{Plain(trade.Quantity)}\t{(trade.Trade.TakerBought ? "BUY" : "SELL")}\t{trade.Trade.TimeMicroseconds}");

    // ClickHouse writes decimals without zeros at their end.
    private static string Plain(decimal number)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>Returns a query's rows as lines.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(WarehouseHost warehouse, string query, CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        await warehouse.QueryRawAsync(query, text, cancellationToken);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private readonly record struct Priced(LedgerTrade Trade, decimal Price, decimal Quantity)
    {
        public static Priced Of(LedgerTrade trade, SimulatedInstrument instrument) => new(trade, Scaled(trade.Price, instrument.PriceDecimals), Scaled(trade.Quantity, instrument.QuantityDecimals));

        private static decimal Scaled(long mantissa, int decimals) => new(unchecked((int)mantissa), unchecked((int)(mantissa >> 32)), 0, false, (byte)decimals);
    }
}
