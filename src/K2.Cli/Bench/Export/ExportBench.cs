using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Cli.Bench.Load;
using K2.ColdTier;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Export;

/// <summary>
/// The export of many trades from the embedded engine, beside the engine's own writer of Parquet in the same run, and a whole cycle over all tables for one quarter of an hour. Aims that
/// are missed are printed; rows that differ fail.
/// </summary>
internal sealed class ExportBench(string folder, long trades, int windowRate, long compactTrades, TextWriter output, TimeProvider time)
{
    private const int Symbols = 34;
    private const int FillRows = 2_000_000;
    private const long Day = 20_500;
    private const int WindowSeconds = 900;
    private const int Quarters = 96;
    private const long LeastFile = 128L << 20;
    private const long LargestFile = 256L << 20;
    private const double RowsAim = 500_000;
    private const long MemoryAim = 400L << 20;
    private const double CycleAim = 5;
    private static readonly Exchange[] Exchanges = [Exchange.Binance, Exchange.Kraken, Exchange.Coinbase];

    /// <summary>True if every row is right.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        using var counters = new PipelineCounters();
        await using var host = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = Path.Combine(folder, "clickhouse"), Port = 0 }, new InstrumentTable([]), counters, NoProtocolProbe.Instance, time, NullLoggerFactory.Instance, cancellationToken);
        await using var log = await EmbeddedLog.OpenAsync(
            new EmbeddedLogOptions { Folder = Path.Combine(folder, "log"), Topics = [.. Exchanges.Select(exchange => new LogTopic(TopicNames.Raw(exchange), 1))] }, new Dictionary<(string, int), LogPosition>(), time, NullLogger<EmbeddedLog>.Instance, NoProtocolProbe.Instance, cancellationToken);
        using var cold = await ColdTier.ColdTier.OpenAsync(new ColdOptions { Folder = folder, TemporaryFolder = Path.Combine(folder, "tmp"), RunLimit = TimeSpan.FromHours(1) }, host.Cold, () => log, Exchanges, time, cancellationToken);
        Print($"export: {trades} made-up trades of {Symbols} symbols on three exchanges in one day, {new DriveInfo(Path.GetFullPath(folder)).DriveFormat}, {Environment.ProcessorCount} cores, load {LoadBench.LoadAverage()}");
        await FillAsync(host, Exchanges.Length, trades, Day * 86_400, 86_400, 0, cancellationToken);
        var right = await ManyAsync(host, cold, cancellationToken);
        await OwnWriterAsync(host, cancellationToken);
        right &= await CycleAsync(host, log, cold, cancellationToken);
        if (compactTrades > 0) right &= await CompactAsync(host, cold, cancellationToken);
        Print($"{(right ? "PASSED" : "FAILED")} {trades} trades, cold equals hot{(right ? "" : ": see DIFFERENT above")}");
        return right;
    }

    private async Task<bool> ManyAsync(WarehouseHost host, ColdTier.ColdTier cold, CancellationToken cancellationToken)
    {
        var engineCpu = EngineCpu(host);
        var (outcome, taken, own, peak) = await MeasuredAsync(() => cold.ExportAsync(ColdTables.SilverTrades, cancellationToken));
        Print($"silver_trades: {outcome.Rows} rows in {taken:0.0} s, {outcome.Rows / taken:0} rows/s (aim {RowsAim:0}{(outcome.Rows / taken < RowsAim ? ", MISSED" : "")}); each row read twice, written and read back");
        Print($"  processor seconds: exporter {own:0.0} ({outcome.Rows / own:0} rows for each), engine {(EngineCpu(host) - engineCpu).TotalSeconds:0.0}; exporter at most {peak >> 20} MiB (aim {MemoryAim >> 20}{(peak > MemoryAim ? ", MISSED" : "")}), engine at most {EnginePeak(host) >> 20} MiB");
        Print($"  {outcome.Files} files, {(double)outcome.Bytes / outcome.Rows:0.0} bytes a trade");
        return Right(outcome.Differences) && outcome.Rows == trades;
    }

    private async Task OwnWriterAsync(WarehouseHost host, CancellationToken cancellationToken)
    {
        var engineCpu = EngineCpu(host);
        var start = time.GetTimestamp();
        var sink = new CountingStream();
        await host.QueryRawAsync($"SELECT {ColdTables.SilverTrades.SelectList} FROM (SELECT * FROM (SELECT * FROM k2.silver_trades) ORDER BY exchange, canonical_symbol, id_epoch, trade_id) FORMAT Parquet SETTINGS output_format_parquet_compression_method = 'zstd', output_format_parquet_row_group_size = 250000, query_plan_remove_redundant_sorting = 0, max_threads = 1", sink, cancellationToken);
        var taken = time.GetElapsedTime(start).TotalSeconds;
        Print($"ClickHouse's own Parquet, same rows in the same order: {trades / taken:0} rows/s, {(EngineCpu(host) - engineCpu).TotalSeconds:0.0} processor seconds, {(double)sink.Written / trades:0.0} bytes a trade (no field ids, no read-back)");
    }

    private async Task<bool> CycleAsync(WarehouseHost host, EmbeddedLog log, ColdTier.ColdTier cold, CancellationToken cancellationToken)
    {
        // The tables as they are after a day; then one more quarter of an hour.
        await CandlesAsync(host, Day * 86_400, (Day + 1) * 86_400, cancellationToken);
        foreach (var table in cold.Tables) await cold.ExportAsync(table, cancellationToken);
        var rows = (long)windowRate * WindowSeconds;
        await FillAsync(host, Exchanges.Length, rows, (Day + 1) * 86_400, WindowSeconds, trades, cancellationToken);
        await CandlesAsync(host, (Day + 1) * 86_400, ((Day + 1) * 86_400) + WindowSeconds, cancellationToken);
        foreach (var exchange in Exchanges) await FramesAsync(host, log, exchange, rows / Exchanges.Length, cancellationToken);
        var start = time.GetTimestamp();
        var waits = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        var outcomes = await Task.WhenAll(cold.Tables.Select(async table =>
        {
            var outcome = await cold.ExportAsync(table, cancellationToken);
            waits[table.Name] = time.GetElapsedTime(start).TotalSeconds;
            return outcome;
        }));
        var taken = time.GetElapsedTime(start).TotalSeconds;
        Print($"a cycle over {cold.Tables.Count} tables for a quarter of an hour at {windowRate} trades/s: {taken:0.0} s (aim {CycleAim:0}{(taken > CycleAim ? ", MISSED" : "")}), {outcomes.Sum(outcome => outcome.Rows)} rows, {outcomes.Sum(outcome => outcome.Bytes) / 1e6:0.0} MB, load {LoadBench.LoadAverage()}");
        Print($"  ended after, s: {string.Join(", ", waits.OrderBy(wait => wait.Value).Select(wait => Text($"{wait.Key} {wait.Value:0.0}")))}");
        return Right(outcomes.SelectMany(outcome => outcome.Differences)) && outcomes.Single(outcome => outcome.Table == ColdTables.SilverTrades.Name).Rows == rows;
    }

    /// <summary>A day of one exchange that was exported by the quarter of an hour, joined by the night's maintenance.</summary>
    private async Task<bool> CompactAsync(WarehouseHost host, ColdTier.ColdTier cold, CancellationToken cancellationToken)
    {
        const long day = Day + 2;
        var (right, exported, seconds) = (true, 0L, new List<double>());
        for (var quarter = 0; quarter < Quarters; quarter++)
        {
            var (first, end) = (compactTrades * quarter / Quarters, compactTrades * (quarter + 1) / Quarters);
            await FillAsync(host, 1, end - first, (day * 86_400) + (quarter * WindowSeconds), WindowSeconds, trades + ((long)windowRate * WindowSeconds) + first, cancellationToken);
            var start = time.GetTimestamp();
            var outcome = await cold.ExportAsync(ColdTables.SilverTrades, cancellationToken);
            seconds.Add(time.GetElapsedTime(start).TotalSeconds);
            exported += outcome.Rows;
            right &= Right(outcome.Differences);
        }

        Print($"{Quarters} exports of {compactTrades / Quarters} rows, one for each quarter of an hour of a day: the first eight {seconds.Take(8).Average():0.00} s each, the last eight {seconds.TakeLast(8).Average():0.00} s");

        // A candle of the next day closes it.
        await host.QueryRawAsync(Text($"INSERT INTO k2.ohlcv_store (exchange, canonical_symbol, timeframe, window_start, close_time, version) SELECT 'binance', 'CLOCK/USDT', '1d', fromUnixTimestamp64Micro({(day + 1) * 86_400} * 1000000, 'UTC'), fromUnixTimestamp64Micro({((day + 1) * 86_400) + 7200} * 1000000, 'UTC'), 1"), Stream.Null, cancellationToken);
        var (joined, taken, own, peak) = await MeasuredAsync(() => cold.MaintainAsync(ColdTables.SilverTrades, cancellationToken));
        var sizes = Directory.EnumerateFiles(Path.Combine(folder, "cold", "silver_trades", "data"), "*.parquet", SearchOption.AllDirectories).Select(file => new FileInfo(file)).OrderByDescending(file => file.LastWriteTimeUtc).Take(joined.FilesAfter).Select(file => file.Length).ToList();
        Print($"compaction: {joined.CompactedPartitions} partitions of {exported} rows in {taken:0.0} s, {exported / taken:0} rows/s, {joined.FilesBefore} files to {joined.FilesAfter} of {sizes.Min() >> 20} to {sizes.Max() >> 20} MiB (aim {LeastFile >> 20} to {LargestFile >> 20}{(sizes.Count > joined.CompactedPartitions && sizes.Min() < LeastFile || sizes.Max() > LargestFile ? ", MISSED" : "")}), processor {own:0.0} s, at most {peak >> 20} MiB, load {LoadBench.LoadAverage()}");

        // Done again it does nothing, and every row is what it was.
        var again = await cold.MaintainAsync(ColdTables.SilverTrades, cancellationToken);
        if (again.IsChange) right = Right(["maintenance that was run a second time changed the table"]);
        var audit = await cold.AuditAsync(ColdTables.SilverTrades, (int)day, cancellationToken);
        Print($"audit of the day after it: {audit.Rows} rows compared, {audit.Problems.Length} differences");
        return Right(audit.Problems) && right && exported == compactTrades && audit.Rows == compactTrades;
    }

    private static async Task FillAsync(WarehouseHost host, int exchanges, long count, long fromSecond, int seconds, long firstId, CancellationToken cancellationToken)
    {
        // A price that walks, and a quantity with few digits, as trades have them.
        for (long from = 0; from < count; from += FillRows)
        {
            var rows = Math.Min(FillRows, count - from);
            await host.QueryRawAsync(Text($"""
                INSERT INTO k2.silver_trades_store (exchange, symbol, canonical_symbol, id_epoch, trade_id, first_trade_id, last_trade_id, kind, price, quantity, quote_volume, side, source, timestamp, received_timestamp, version)
                WITH number + {from} AS n, toUInt32(n % {Symbols}) AS s, {firstId} + n AS id, toInt64(100000 + s * 10000 + (intDiv(n, 20000) % 500) * 3 + sipHash64(n) % 40) AS ticks, toInt64(1 + sipHash64(n, 1) % 5000) AS lots,
                    fromUnixTimestamp64Micro({fromSecond} * 1000000 + toInt64(n * ({seconds}.0 / {count}) * 1000000), 'UTC') AS at
                SELECT arrayElement(['binance', 'kraken', 'coinbase'], s % {exchanges} + 1), concat('S', toString(s), 'USDT'), concat('S', toString(s), '/USDT'), 0, id, id, id, 'single', toDecimal128(ticks, 18) / 100, toDecimal128(lots, 18) / 100000,
                    toDecimal128(ticks * lots, 18) / 10000000, if(sipHash64(n, 2) % 2 = 0, 'BUY', 'SELL'), 'live', at, at + toIntervalMicrosecond(20000 + sipHash64(n, 3) % 60000), {LogPosition.Create(1, 0).Version} + id + 1
                FROM numbers({rows})
                """), Stream.Null, cancellationToken);
        }

        await host.QueryRawAsync("INSERT INTO k2.symbol_state_store (exchange, canonical_symbol, version, state) SELECT exchange, canonical_symbol, max(version), '' FROM k2.silver_trades_store " + Text($"WHERE version > {LogPosition.Create(1, 0).Version + firstId} GROUP BY exchange, canonical_symbol"), Stream.Null, cancellationToken);
    }

    private static async Task CandlesAsync(WarehouseHost host, long fromSecond, long untilSecond, CancellationToken cancellationToken)
    {
        foreach (var timeframe in Timeframes.All)
        {
            var length = timeframe.LengthMicroseconds();
            var start = fromSecond * Timestamp.MicrosecondsPerSecond / length * length;
            foreach (var table in (string[])["ohlcv_store", "candle_revisions_store"])
            {
                await host.QueryRawAsync(Text($"""
                    INSERT INTO k2.{table} (exchange, symbol, canonical_symbol, timeframe, window_start, window_end, open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id, closed, complete, revision, version)
                    SELECT exchange, any(symbol), canonical_symbol, '{timeframe.ToName()}', fromUnixTimestamp64Micro(start, 'UTC'), fromUnixTimestamp64Micro(start + {length}, 'UTC'), argMin(price, trade_id), max(price), min(price), argMax(price, trade_id),
                        sum(quantity), sum(quote_volume), toInt64(count()), min(timestamp), max(timestamp), min(trade_id), max(trade_id), start + {length} <= {untilSecond * Timestamp.MicrosecondsPerSecond}, 'yes', 0, max(version)
                    FROM (SELECT *, intDiv(toUnixTimestamp64Micro(timestamp), {length}) * {length} AS start FROM k2.silver_trades_store WHERE timestamp >= fromUnixTimestamp64Micro({start}, 'UTC'))
                    GROUP BY exchange, canonical_symbol, start {(table == "ohlcv_store" ? "" : Text($"HAVING start + {length} <= {untilSecond * Timestamp.MicrosecondsPerSecond}"))}
                    """), Stream.Null, cancellationToken);
            }
        }
    }

    private static async Task FramesAsync(WarehouseHost host, EmbeddedLog log, Exchange exchange, long count, CancellationToken cancellationToken)
    {
        const int perChunk = 4000;
        var (name, topic) = (exchange.ToName(), TopicNames.Raw(exchange));
        for (long from = 0; from < count; from += perChunk)
        {
            var numbers = Enumerable.Range(0, (int)Math.Min(perChunk, count - from)).Select(number => from + number).ToList();
            var chunk = new RawChunk
            {
                Exchange = exchange,
                Origin = $"{name}-bench",
                IsReplay = false,
                Sequences = numbers,
                ReceivedTimes = [.. numbers.Select(number => new Timestamp((((Day + 1) * 86_400) + (number * WindowSeconds / count)) * Timestamp.MicrosecondsPerSecond))],
                Frames = [.. numbers.Select(number => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(Frame(exchange, number)))],
            };
            var position = (await log.AppendAsync([new LogAppend(topic, chunk.Origin, numbers.Count, RawChunkCodec.Encode(chunk))], cancellationToken))[0];
            await host.Writer.WriteRawAsync([chunk with { Positions = [.. numbers.Select((_, index) => position.Version + index)] }], cancellationToken);
            await log.CommitAsync(topic, 0, position.Plus(numbers.Count), cancellationToken);
        }
    }

    private static string Frame(Exchange exchange, long number) => exchange switch
    {
        Exchange.Binance => Text($$$"""{"stream":"btcusdt@trade","data":{"e":"trade","E":{{{1_771_200_000_000 + number}}},"s":"BTCUSDT","t":{{{3_000_000_000 + number}}},"p":"{{{60_000 + (number % 97)}}}.{{{number % 100:00}}}000000","q":"0.{{{number % 9973:00000}}}000","T":{{{1_771_200_000_000 + number}}},"m":{{{(number % 2 == 0 ? "true" : "false")}}},"M":true}}"""),
        Exchange.Kraken => Text($$$"""{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":{{{60_000 + (number % 97)}}}.{{{number % 10}}},"qty":0.{{{number % 9973:00000}}},"ord_type":"market","trade_id":{{{70_000_000 + number}}},"timestamp":"2026-02-16T00:{{{number / 60 % 60:00}}}:{{{number % 60:00}}}.000000Z"}]}"""),
        _ => Text($$$"""{"channel":"market_trades","client_id":"","timestamp":"2026-02-16T00:00:00.000000000Z","sequence_num":{{{number}}},"events":[{"type":"update","trades":[{"product_id":"BTC-USD","trade_id":"{{{80_000_000 + number}}}","price":"{{{60_000 + (number % 97)}}}.{{{number % 100:00}}}","size":"0.{{{number % 9973:00000}}}","time":"2026-02-16T00:{{{number / 60 % 60:00}}}:{{{number % 60:00}}}.000000Z","side":"BUY"}]}]}"""),
    };

    private bool Right(IEnumerable<string> differences)
    {
        var found = differences.ToList();
        foreach (var difference in found) Print($"DIFFERENT: {difference}");
        return found.Count == 0;
    }

    /// <summary>Does work and returns with its result how long it took and what this process needed for it: processor seconds, and the most memory at once.</summary>
    private async Task<(T Result, double Seconds, double ProcessorSeconds, long PeakBytes)> MeasuredAsync<T>(Func<Task<T>> work)
    {
        using var self = Process.GetCurrentProcess();
        GC.Collect();
        var (processor, peak) = (self.TotalProcessorTime, 0L);
        using var sampling = new CancellationTokenSource();
        var sampler = SampleAsync(value => peak = Math.Max(peak, value), sampling.Token);
        var start = time.GetTimestamp();
        try
        {
            var result = await work();
            var seconds = time.GetElapsedTime(start).TotalSeconds;
            self.Refresh();
            return (result, seconds, (self.TotalProcessorTime - processor).TotalSeconds, peak);
        }
        finally
        {
            await sampling.CancelAsync();
            await sampler;
        }
    }

    private async Task SampleAsync(Action<long> seen, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), time);
        try
        {
            do seen(Environment.WorkingSet);
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // The export has ended.
        }
    }

    private static TimeSpan EngineCpu(WarehouseHost host)
    {
        using var engine = Process.GetProcessById(host.EngineProcessId!.Value);
        return engine.TotalProcessorTime;
    }

    private static long EnginePeak(WarehouseHost host)
    {
        using var engine = Process.GetProcessById(host.EngineProcessId!.Value);
        return engine.PeakWorkingSet64;
    }

    private void Print(FormattableString line) => output.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Counts what is written and keeps none of it.</summary>
    private sealed class CountingStream : MemoryStream
    {
        public long Written { get; private set; }

        public override void Write(byte[] buffer, int offset, int count) => Written += count;

        public override void Write(ReadOnlySpan<byte> buffer) => Written += buffer.Length;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            return ValueTask.CompletedTask;
        }
    }
}
