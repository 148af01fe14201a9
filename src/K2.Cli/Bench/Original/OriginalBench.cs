using System.Globalization;
using System.Text;
using ClickHouse.Driver;
using ClickHouse.Driver.ADO;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Cli.Bench.Load;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Warehouse;
using K2.Warehouse.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Original;

/// <summary>
/// The same trades, in the same blocks, on the same engine: into our tables by our writer (trades, candles, checkpoints) and into the original's
/// design (one insert of the trades, six views). Alternating rounds, each on an empty engine; then both compared with candles made of all trades at once.
/// </summary>
internal sealed class OriginalBench(long trades, int rounds, int seed, string folder, TextWriter output, TimeProvider time)
{
    private const int PerSymbol = 500;
    private readonly IReadOnlyList<LoadSymbol> _symbols = [.. LoadSymbol.All(trades, seed).Select(symbol => symbol with { Start = LoadSymbol.Until.Add(-TimeSpan.FromHours(12)) })];

    /// <summary>True if none of our candles is wrong.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var blocks = Blocks();
        Print($"{trades} trades of {_symbols.Count} symbols over 12 h, {blocks.Count} blocks, seed {seed}, {rounds} alternating rounds, load {LoadBench.LoadAverage()}");
        Print($"");
        Print($"| round | ours, trades/s | original's design, trades/s | load |");
        Print($"|---|---|---|---|");
        var ours = new List<double>();
        var theirs = new List<double>();
        var isRight = true;
        for (var round = 0; round < rounds; round++)
        {
            var last = round == rounds - 1;
            var wrong = new StringBuilder();
            ours.Add(await OursAsync(blocks, last ? wrong : null, cancellationToken));
            isRight &= !last || wrong.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).All(line => line.EndsWith("| 0 | 0 | 0 | 0 | 0 |", StringComparison.Ordinal));
            theirs.Add(await TheirsAsync(blocks, last ? wrong : null, cancellationToken));
            Print($"| {round + 1} | {ours[^1]:0} | {theirs[^1]:0} | {LoadBench.LoadAverage()} |");
            if (!last) continue;
            Print($"| median | {Median(ours):0} | {Median(theirs):0} | ratio {Median(ours) / Median(theirs):0.0} |");
            Print($"");
            Print($"| design | timeframe | candles | wrong opens | wrong highs | wrong lows | wrong closes | wrong sums or counts |");
            Print($"|---|---|---|---|---|---|---|---|");
            await output.WriteAsync(wrong.ToString());
        }

        if (isRight) Print($"PASSED: 0 of our candles wrong");
        else Print($"FAILED: some of our candles are wrong");
        return isRight;
    }

    private async Task<double> OursAsync(List<SymbolFlush[]> blocks, StringBuilder? wrong, CancellationToken cancellationToken)
    {
        await using var host = await StartAsync(cancellationToken);
        var start = time.GetTimestamp();
        foreach (var block in blocks) await Task.WhenAll(block.Select(flush => host.Writer.WriteAsync(flush, cancellationToken)));
        var rate = trades / time.GetElapsedTime(start).TotalSeconds;
        if (wrong is null) return rate;
        foreach (var timeframe in Timeframes.All) await CompareAsync(host, "ours", timeframe, "k2.ohlcv_" + timeframe.ToName(), "k2.silver_trades", wrong, cancellationToken);
        return rate;
    }

    private async Task<double> TheirsAsync(List<SymbolFlush[]> blocks, StringBuilder? wrong, CancellationToken cancellationToken)
    {
        await using var host = await StartAsync(cancellationToken);
        foreach (var statement in OriginalDesign.Statements()) await host.QueryRawAsync(statement, Stream.Null, cancellationToken);
        using var client = new ClickHouseClient(new ClickHouseClientSettings { Host = host.Url.Host, Port = (ushort)host.Url.Port, Protocol = "http" });
        using var metrics = new WriterMetrics();
        var sender = new BlockSender(client, time, new OutageLog(time, NullLogger.Instance), metrics);
        var start = time.GetTimestamp();
        foreach (var block in blocks) await sender.SendAsync(OriginalDesign.Trades, K2.Warehouse.Writing.Blocks.Trades(block), cancellationToken);
        var rate = trades / time.GetElapsedTime(start).TotalSeconds;
        if (wrong is null) return rate;
        foreach (var timeframe in Timeframes.All)
        {
            await host.QueryRawAsync($"OPTIMIZE TABLE {OriginalDesign.Candles(timeframe)} FINAL", Stream.Null, cancellationToken);
            await CompareAsync(host, "original", timeframe, OriginalDesign.Candles(timeframe), OriginalDesign.Trades, wrong, cancellationToken);
        }

        return rate;
    }

    private static async Task CompareAsync(WarehouseHost host, string design, Timeframe timeframe, string candles, string from, StringBuilder wrong, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        await host.QueryRawAsync(OriginalDesign.Wrong(timeframe, candles, from), answer, cancellationToken);
        wrong.Append(CultureInfo.InvariantCulture, $"| {design} | {timeframe.ToName()} | {Encoding.UTF8.GetString(answer.ToArray()).TrimEnd('\n').Replace("\t", " | ", StringComparison.Ordinal)} |\n");
    }

    /// <summary>Makes all flushes before the clock runs: what the book costs is no part of either design.</summary>
    private List<SymbolFlush[]> Blocks()
    {
        var makers = _symbols.Select(symbol => new FlushMaker(symbol)).ToList();
        var blocks = new List<SymbolFlush[]>();
        while (makers.Select(maker => maker.Next(PerSymbol)).OfType<SymbolFlush>().ToArray() is { Length: > 0 } block) blocks.Add(block);
        return blocks;
    }

    private async Task<WarehouseHost> StartAsync(CancellationToken cancellationToken)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, true);
        return await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = folder, Port = 0, LingerRows = PerSymbol * 36 }, new InstrumentTable([.. _symbols.Select(symbol => symbol.Instrument)]), new PipelineCounters(), NoProtocolProbe.Instance, time, NullLoggerFactory.Instance, cancellationToken);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private void Print(FormattableString line)
    {
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        output.Flush();
    }

    private sealed class FlushMaker(LoadSymbol symbol)
    {
        private readonly IEnumerator<Domain.Trades.Trade> _trades = symbol.Trades().GetEnumerator();
        private readonly CandleBook _book = new(symbol.Instrument, new CandleBookOptions());
        private long _offset;

        public SymbolFlush? Next(int count)
        {
            var changes = new BookChanges();
            var reached = symbol.Start;
            for (var taken = 0; taken < count && _trades.MoveNext(); taken++)
            {
                _book.Apply(LogPosition.Create(1, _offset++), LogRecord.OfTrade(_trades.Current), changes);
                reached = _trades.Current.ExchangeTime;
            }

            if (changes.NewTrades.Count == 0) return null;
            _book.Apply(LogPosition.Create(1, _offset++), LogRecord.OfWatermark(reached), changes);
            _book.TakeChanges(changes);
            return SymbolFlush.Of(_book, changes, []);
        }
    }
}
