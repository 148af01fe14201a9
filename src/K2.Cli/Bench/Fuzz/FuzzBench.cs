using System.Diagnostics;
using System.Globalization;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Binance;
using K2.Exchanges.Coinbase;
using K2.Exchanges.Imports;
using K2.Exchanges.Kraken;

namespace K2.Cli.Bench.Fuzz;

/// <summary>
/// <c>k2 bench fuzz</c>: damaged messages, REST pages and file lines for every parser. No exception may escape, every message must be classified, the same
/// bytes must give the same result, and memory must not grow.
/// </summary>
internal sealed class FuzzBench(InstrumentTable instruments, TextWriter output)
{
    private const long MaxGrowthBytes = 4 << 20;
    private const int WarmUpPart = 10;
    private const int MaxRequest = 300;
    private const int MaxProblem = 300;

    // Later than every example, so that undamaged ones are taken.
    private static readonly Timestamp Received = Timestamp.From(new DateTimeOffset(2026, 8, 10, 0, 0, 0, TimeSpan.Zero));
    private static readonly HistoryRange Range = new(1, long.MaxValue, new Timestamp(0));

    /// <summary>Runs every parser over a number of messages; true if all kept what they promise.</summary>
    public bool Run(long frames, int seed, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var aggregates = new InstrumentTable([.. instruments.All.Select(instrument => instrument with { TradeKind = TradeKind.Aggregate })]);
        FuzzTarget[] targets =
        [
            Frames("binance trades", seed, new BinanceAdapter(), instruments, FuzzExamples.Binance),
            Frames("binance aggregates", seed + 1, new BinanceAdapter(), aggregates, FuzzExamples.Binance),
            Frames("kraken", seed + 2, new KrakenAdapter(), instruments, FuzzExamples.Kraken),
            Frames("coinbase", seed + 3, new CoinbaseAdapter(), instruments, FuzzExamples.Coinbase),
            Pages("binance REST", seed + 4, new BinanceAdapter(), instruments, FuzzExamples.BinancePages),
            Pages("binance REST aggregates", seed + 5, new BinanceAdapter(), aggregates, FuzzExamples.BinancePages),
            Pages("kraken REST", seed + 6, new KrakenAdapter(), instruments, FuzzExamples.KrakenPages),
            Pages("coinbase REST", seed + 7, new CoinbaseAdapter(), instruments, FuzzExamples.CoinbasePages),
            Candles("binance candles", seed + 8, new BinanceAdapter(), FuzzExamples.BinanceCandles),
            Candles("kraken candles", seed + 9, new KrakenAdapter(), FuzzExamples.KrakenCandles),
            Candles("coinbase candles", seed + 10, new CoinbaseAdapter(), FuzzExamples.CoinbaseCandles),
            Lines("binance trade files", seed + 11, TradeFileFormat.BinanceTrades, instruments, Exchange.Binance, FuzzExamples.BinanceLines),
            Lines("binance aggregate files", seed + 12, TradeFileFormat.BinanceAggregates, aggregates, Exchange.Binance, FuzzExamples.BinanceAggregateLines),
            Lines("kraken time and sales", seed + 13, TradeFileFormat.KrakenTimeAndSales, instruments, Exchange.Kraken, FuzzExamples.KrakenLines),
            Listings("binance symbols", seed + 14, new BinanceAdapter(), FuzzExamples.BinanceListings),
            Listings("kraken pairs", seed + 15, new KrakenAdapter(), FuzzExamples.KrakenListings),
            Listings("coinbase products", seed + 16, new CoinbaseAdapter(), FuzzExamples.CoinbaseListings),
        ];

        var warmUp = Math.Max(1, frames / WarmUpPart);
        RunAll(targets, warmUp, cancellationToken);
        var before = GC.GetTotalMemory(true);
        RunAll(targets, frames - warmUp, cancellationToken);
        var growth = GC.GetTotalMemory(true) - before;

        foreach (var target in targets)
        {
            output.WriteLine(target);
            foreach (var failure in target.Failures) output.WriteLine("  " + failure);
        }

        var failed = targets.Sum(target => target.Failed);
        var isFlat = growth <= MaxGrowthBytes;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"memory {growth / 1024.0:+0;-0;0} KiB after the first tenth, {watch.Elapsed.TotalSeconds:0.0} s"));
        output.WriteLine(failed == 0 && isFlat
            ? string.Create(CultureInfo.InvariantCulture, $"PASSED: {frames} messages for each of {targets.Length} parsers")
            : string.Create(CultureInfo.InvariantCulture, $"FAILED: {failed} messages{(isFlat ? "" : ", memory grew")}"));
        output.Flush();
        return failed == 0 && isFlat;
    }

    private static void RunAll(FuzzTarget[] targets, long frames, CancellationToken cancellationToken) =>
        Parallel.ForEach(targets, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, target => target.Run(frames, cancellationToken));

    private static FuzzTarget Frames(string name, int seed, IExchangeAdapter adapter, InstrumentTable table, string[] examples)
    {
        var parser = adapter.CreateParser(table);
        return new FuzzTarget(name, seed, examples, parser.Instruments.Count, (bytes, result) =>
        {
            parser.Parse(bytes, Received, TradeSource.Live, result);
            return null;
        });
    }

    private static FuzzTarget Pages(string name, int seed, IExchangeAdapter adapter, InstrumentTable table, string[] examples)
    {
        var instrument = table.All.First(one => one.Id.Exchange == adapter.Exchange);
        var history = adapter.History;
        var first = history.First(instrument, Range);
        return new FuzzTarget(name, seed, examples, 1, (bytes, result) =>
        {
            var next = history.Read(instrument, Range, first, bytes, _ => "1068572095", Received, result);
            if (next is null) return null;
            if (result.Kind == FrameKind.Rejected) return "a rejected page that goes on";
            return next != first && next.Weight > 0 && next.PathAndQuery.StartsWith('/') && next.PathAndQuery.Length <= MaxRequest ? null : $"next request '{next.PathAndQuery}'";
        });
    }

    private FuzzTarget Candles(string name, int seed, IExchangeAdapter adapter, string[] examples)
    {
        var instrument = instruments.All.First(one => one.Id.Exchange == adapter.Exchange);
        var (from, to) = (new Timestamp(0), new Timestamp(long.MaxValue / 2));
        return new FuzzTarget(name, seed, examples, 1, (bytes, result) =>
        {
            result.Clear();
            var page = adapter.Candles.Read(instrument, Timeframe.OneMinute, from, to, bytes);
            if (page.Problem is { } problem) result.Reject(RejectReasons.RestError, problem.Length == 0 ? "no words" : problem);
            else result.SetControl(ControlKind.Status, detail: "candles");
            if (page.Problem is not null && (page.Next is not null || page.Candles.Count > 0)) return "a page that cannot be read, with candles";
            if (page.Next is { } next && next <= from) return "a page that does not go on";
            return page.Candles.All(candle => candle.Volume >= 0 && candle.Open >= 0) ? null : "a negative number";
        });
    }

    private FuzzTarget Listings(string name, int seed, IExchangeAdapter adapter, string[] examples)
    {
        var instrument = instruments.All.First(one => one.Id.Exchange == adapter.Exchange);
        return new FuzzTarget(name, seed, examples, 1, (bytes, result) =>
        {
            result.Clear();
            var problem = adapter.Listing.Read(instrument, 200, bytes);
            if (problem is null) result.Reject(RejectReasons.RestError, "cannot be understood");
            else result.SetControl(ControlKind.Status, detail: problem);
            return problem is { Length: > MaxProblem } ? $"a problem of {problem.Length} characters" : null;
        });
    }

    private static FuzzTarget Lines(string name, int seed, TradeFileFormat format, InstrumentTable table, Exchange exchange, string[] examples)
    {
        var instrument = table.All.First(one => one.Id.Exchange == exchange);
        return new FuzzTarget(name, seed, examples, 1, (bytes, result) =>
        {
            TradeFile.Read(format, instrument, bytes, 0, Received, result);
            return null;
        })
        { IsJson = false };
    }
}
