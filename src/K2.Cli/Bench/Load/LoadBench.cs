using System.Diagnostics;
using System.Globalization;
using System.Text;
using K2.Abstractions.Diagnostics;
using K2.Domain.Instruments;
using K2.Warehouse;
using K2.Warehouse.Writing;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Load;

/// <summary>
/// Simulated trades through the real candle book, writer and engine into the real schema, the engine killed now and then; then every symbol checked
/// and the usual questions timed. Aims that are missed are printed, wrong rows fail.
/// </summary>
internal sealed class LoadBench(LoadOptions options, TextWriter output, TimeProvider time)
{
    private const int AloneBatch = 20_000;
    private const int Batch = 2500;
    private const double BytesAim = 45;
    private static readonly TimeSpan LongestSettling = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan SettlingPoll = TimeSpan.FromMilliseconds(500);
    private readonly Random _random = new(options.Seed);
    private readonly Lock _gate = new();
    private readonly Queue<long> _kills = new();
    private long _written;
    private long _peak;
    private int _killed;
    private Task? _outage;

    /// <summary>The machine's load of the last minute; what is measured beside other work says so.</summary>
    public static string LoadAverage() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <summary>True if every row is right.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var symbols = LoadSymbol.All(options.Trades, options.Seed);
        foreach (var moment in Enumerable.Range(0, options.Kills).Select(_ => _random.NextInt64(options.Trades)).Order()) _kills.Enqueue(moment);
        using var counters = new PipelineCounters();
        await using var host = await WarehouseHost.StartAsync(
            new WarehouseOptions { DataFolder = options.Folder, Port = 0 }, new InstrumentTable([.. symbols.Select(symbol => symbol.Instrument)]), counters, NoProtocolProbe.Instance, time, NullLoggerFactory.Instance, cancellationToken);
        Print($"load: {options.Trades} trades of {symbols.Count} symbols, seed {options.Seed}, {options.Kills} kills, {new DriveInfo(Path.GetFullPath(options.Folder)).DriveFormat}, {Environment.ProcessorCount} cores, load {LoadAverage()}");
        if (options.IsLoaded) await SettleAsync(host, cancellationToken);
        var isRight = options.IsLoaded || await LoadAsync(host, symbols, counters, cancellationToken);
        await DiskAsync(host, cancellationToken);
        await new LoadQueries(host, symbols, options.Runs, output, time).RunAsync(cancellationToken);
        if (isRight && options.IsLoaded) Print($"MEASURED {options.Trades} trades of an earlier run, nothing was checked");
        else if (isRight) Print($"PASSED {options.Trades} trades, {_killed} kills, 0 differences");
        else Print($"FAILED {options.Trades} trades: see DIFFERENT above");
        return isRight;
    }

    private async Task<bool> LoadAsync(WarehouseHost host, IReadOnlyList<LoadSymbol> symbols, PipelineCounters counters, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        List<SymbolTotals> totals = [await Loader(symbols[0], host, AloneBatch).RunAsync(cancellationToken)];
        totals.AddRange(await Task.WhenAll(symbols.Skip(1).Select(symbol => Task.Run(() => Loader(symbol, host, Batch).RunAsync(cancellationToken), cancellationToken))));
        var taken = time.GetElapsedTime(start);
        await (_outage ?? Task.CompletedTask);
        using var self = Process.GetCurrentProcess();
        Print($"written in {taken.TotalSeconds:0.0} s: {options.Trades / taken.TotalSeconds:0} trades/s, {counters[PipelineStage.Flushes]} flushes, {counters[PipelineStage.CandleRows]} candle rows, {_killed} kills of the engine, load {LoadAverage()}");
        Print($"memory: bench and writer at most {self.PeakWorkingSet64 >> 20} MiB, engine at most {_peak >> 20} MiB (each seen at a flush)");
        await SettleAsync(host, cancellationToken);
        var differences = await new LoadCheck(host, output).RunAsync(totals, cancellationToken);
        var letters = await TextAsync(host, "SELECT count() FROM k2.dead_letters", cancellationToken);
        if (letters != "0") Print($"DIFFERENT: {letters} dead letters, expected none");
        if (_killed != options.Kills) Print($"DIFFERENT: {_killed} of {options.Kills} kills");
        return differences == 0 && letters == "0" && _killed == options.Kills;
    }

    /// <summary>Closed partitions become one part each, as they do ten minutes after their last row; here at once.</summary>
    private async Task SettleAsync(WarehouseHost host, CancellationToken cancellationToken)
    {
        const string parts = "SELECT count() - uniqExact(table, partition_id), (SELECT count() FROM system.merges WHERE database = 'k2') FROM system.parts WHERE active AND database = 'k2' AND table IN ('silver_trades_store', 'ohlcv_store')";
        var before = await TextAsync(host, parts, cancellationToken);
        var start = time.GetTimestamp();
        foreach (var table in (string[])["silver_trades_store", "ohlcv_store"]) await host.QueryRawAsync($"ALTER TABLE k2.{table} MODIFY SETTING min_age_to_force_merge_seconds = 1", Stream.Null, cancellationToken);
        while (await TextAsync(host, parts, cancellationToken) != "0\t0" && time.GetElapsedTime(start) < LongestSettling) await Task.Delay(SettlingPoll, time, cancellationToken);
        var after = await TextAsync(host, parts, cancellationToken);
        Print($"settled in {time.GetElapsedTime(start).TotalSeconds:0.0} s: {before.Split('\t')[0]} parts beyond one for each partition before, {after.Split('\t')[0]} after");
    }

    private SymbolLoader Loader(LoadSymbol symbol, WarehouseHost host, int batch) => new(symbol, host.Writer, batch, trades => Written(host, trades));

    private void Written(WarehouseHost host, int trades)
    {
        lock (_gate)
        {
            _written += trades;
            try
            {
                using var engine = Process.GetProcessById(host.EngineProcessId!.Value);
                _peak = Math.Max(_peak, engine.WorkingSet64);
                if (options.Outage > TimeSpan.Zero && _written >= options.Trades / 2) _outage ??= StandStillAsync((ClickHouseWarehouseWriter)host.Writer, engine.Id);
                if (!_kills.TryPeek(out var moment) || _written < moment) return;
                engine.Kill();
                _kills.Dequeue();
                _killed++;
            }
            catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // Dead from the kill before and not yet started again: the next flush tries.
            }
        }
    }

    private async Task StandStillAsync(ClickHouseWarehouseWriter writer, int engine)
    {
        using var self = Process.GetCurrentProcess();
        var (before, most, held, outside, written) = (self.WorkingSet64, 0L, 0L, 0, _written);
        await ProcessSignal.SendAsync(engine, "STOP");
        for (var start = time.GetTimestamp(); time.GetElapsedTime(start) < options.Outage; await Task.Delay(SettlingPoll, time))
        {
            self.Refresh();
            (most, held, outside) = (Math.Max(most, self.WorkingSet64), Math.Max(held, writer.HeldBytes), Math.Max(outside, writer.WaitingOutside));
        }

        await ProcessSignal.SendAsync(engine, "CONT");
        Print($"outage: the engine stood still {options.Outage.TotalSeconds:0} s after {written} trades: the writer held at most {held >> 10} KiB with {outside} callers waiting outside, bench and writer {before >> 20} MiB before, at most {most >> 20} MiB during it");
    }

    private async Task DiskAsync(WarehouseHost host, CancellationToken cancellationToken)
    {
        var text = await TextAsync(host, "SELECT table, sum(rows), sum(bytes_on_disk), count() FROM system.parts WHERE active AND database = 'k2' AND table IN ('silver_trades_store', 'ohlcv_store', 'symbol_state_store') GROUP BY table ORDER BY table", cancellationToken);
        var perTrade = 0.0;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split('\t');
            var bytes = long.Parse(fields[2], CultureInfo.InvariantCulture);
            Print($"disk {fields[0]}: {fields[1]} rows, {bytes} bytes, {fields[3]} parts, {bytes / (double)options.Trades:0.0} bytes a trade");
            if (fields[0] != "symbol_state_store") perTrade += bytes / (double)options.Trades;
        }

        Print($"aim: silver and ohlcv {perTrade:0.0} bytes a trade <= {BytesAim}: {(perTrade <= BytesAim ? "met" : "MISSED")} (raw is not written here)");
    }

    private static async Task<string> TextAsync(WarehouseHost host, string sql, CancellationToken cancellationToken)
    {
        using var answer = new MemoryStream();
        await host.QueryRawAsync(sql + " FORMAT TSV", answer, cancellationToken);
        return Encoding.UTF8.GetString(answer.ToArray()).TrimEnd('\n');
    }

    private void Print(FormattableString line)
    {
        output.WriteLine(line.ToString(CultureInfo.InvariantCulture));
        output.Flush();
    }
}
