using System.Globalization;
using System.Text;
using K2.Cli.Compose;
using K2.Cli.Rig;
using K2.Exchanges;

namespace K2.Cli.Bench.Cluster;

/// <summary>
/// <c>k2 bench cost</c>: processor and memory of each process of a cluster, throughput and delay, for each number of trades a second, of instruments and of silos. Nothing fails meanwhile; at the end every
/// trade must be stored.
/// </summary>
internal sealed class CostBench(CostOptions options, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan CalmLimit = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);
    private readonly List<string> _summary = [];
    private readonly List<string> _problems = [];

    /// <summary>Measures all; true if all trades were stored each time.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var limits = ComposeFile.Load(options.ComposeFile);
        foreach (var symbols in options.Symbols)
        {
            foreach (var silos in options.Silos)
            {
                foreach (var rate in options.TradesPerSecond) await MeasureAsync(symbols, silos, rate, limits, cancellationToken);
            }
        }

        Print("| instruments | silos | offered, trades/s | stored, trades/s | trade to table, median | 99 % within | silos, µs of processor a trade | ClickHouse, µs | all, µs | silos' memory together | ClickHouse's |");
        Print("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var row in _summary) Print(row);
        foreach (var problem in _problems) Print("problem: " + problem);
        Print(_problems.Count == 0 ? $"PASSED: {_summary.Count} measurements, every trade stored" : $"FAILED: {_problems[0]}");
        return _problems.Count == 0;
    }

    private async Task MeasureAsync(int symbols, int silos, int rate, IReadOnlyList<ComposeService> limits, CancellationToken cancellationToken)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{symbols} instruments, {silos} silos, {rate} trades/s");
        var folder = Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"{symbols}-{silos}-{rate}"));
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, InstrumentFile.DefaultName);
        await File.WriteAllTextAsync(file, Instruments(symbols), cancellationToken);
        await using var rig = await ClusterRig.StartAsync(
            new RigOptions { Silo = options.Silo, Folder = folder, Silos = silos, Seed = options.Seed, TradesPerSecond = rate, Brokers = options.Brokers, InstrumentsFile = file }, InstrumentFile.Load(file), time, cancellationToken);
        await using (var watch = new FlowWatch(rig, time))
        {
            if (!await watch.CalmAsync(Quiet, CalmLimit, cancellationToken)) _problems.Add($"{name}: trades do not reach ClickHouse within {FlowWatch.Seconds(FlowWatch.Normal)} s");
        }

        var meter = new ProcessMeter();
        var (start, from) = (time.GetTimestamp(), time.GetUtcNow());
        var before = (await rig.StoredAsync(cancellationToken)).Values.Sum();
        meter.Look(rig);
        while (time.GetElapsedTime(start).TotalMinutes < options.Minutes)
        {
            await Task.Delay(Pace, time, cancellationToken);
            meter.Look(rig);
        }

        var seconds = time.GetElapsedTime(start).TotalSeconds;
        var to = time.GetUtcNow();
        var stored = (await rig.StoredAsync(cancellationToken)).Values.Sum() - before;
        var delay = (await rig.QueryAsync(
            $"SELECT quantileExact(0.5)(delay), quantileExact(0.99)(delay) FROM (SELECT (toUnixTimestamp64Micro(ingestion_timestamp) - toUnixTimestamp64Micro(timestamp)) / 1000 AS delay FROM k2.silver_trades WHERE timestamp >= fromUnixTimestamp64Milli({from.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}) AND timestamp < fromUnixTimestamp64Milli({to.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)})) FORMAT TSV",
            cancellationToken)).Split('\t').Select(part => double.Parse(part, CultureInfo.InvariantCulture)).ToList();
        if (!await rig.SettleAsync(cancellationToken)) _problems.Add($"{name}: not all trades were stored in the end");
        Write(name, meter, seconds, limits);

        var readings = meter.Read().ToList();
        var silo = readings.Where(reading => reading.Name.StartsWith("silo", StringComparison.Ordinal)).ToList();
        var engine = readings.First(reading => reading.Name == "clickhouse");
        var api = readings.First(reading => reading.Name == "api");
        double Each(double all) => all * 1_000_000 / Math.Max(1, stored);
        _summary.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"| {symbols} | {silos} | {rate} | {stored / seconds:0} | {delay[0]:0} ms | {delay[1]:0} ms | {Each(silo.Sum(one => one.Seconds)):0} | {Each(engine.Seconds):0} | {Each(silo.Sum(one => one.Seconds) + engine.Seconds + api.Seconds):0} | {silo.Sum(one => one.Memory) >> 20} MiB | {engine.Memory >> 20} MiB |"));
        foreach (var late in await rig.StopAsync(cancellationToken)) _problems.Add($"{name}: {late}");
    }

    private void Write(string name, ProcessMeter meter, double seconds, IReadOnlyList<ComposeService> limits)
    {
        Print(string.Create(CultureInfo.InvariantCulture, $"{name}, {seconds:0} s"));
        Print("| process | CPUs | limit | memory at most | limit |");
        Print("|---|---|---|---|---|");
        foreach (var (process, used, memory) in meter.Read())
        {
            var limit = limits.FirstOrDefault(service => service.Name == process.TrimEnd('1', '2', '3', '4', '5', '6', '7', '8', '9'));
            Print(string.Create(
                CultureInfo.InvariantCulture,
                $"| {process} | {used / seconds:0.000} | {(limit?.Cpus is { } cpus ? cpus.ToString("0.##", CultureInfo.InvariantCulture) : "-")} | {memory >> 20} MiB | {(limit?.MemoryBytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB") : "-")} |"));
            if (limit?.MemoryBytes < memory) _problems.Add($"{name}: {process} took {memory >> 20} MiB, its limit is {limit.MemoryBytes >> 20}");
            if ((double?)limit?.Cpus < used / seconds) _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {process} took {used / seconds:0.00} CPUs, its limit is {limit.Cpus}"));
        }
    }

    /// <summary>An instruments file with so many instruments, half of them Binance's.</summary>
    private static string Instruments(int count)
    {
        var text = new StringBuilder("instruments:\n");
        for (var i = 0; i < count; i++)
        {
            var number = (i / 4).ToString("000", CultureInfo.InvariantCulture);
            text.Append("  - ").AppendLine((i % 4) switch
            {
                0 => $"{{ exchange: binance, symbol: A{number}/USDT, native: A{number}USDT, base: A{number}, quote: USDT, price_scale: 8, quantity_scale: 8 }}",
                1 => $"{{ exchange: binance, symbol: B{number}/USDT, native: B{number}USDT, base: B{number}, quote: USDT, price_scale: 8, quantity_scale: 8 }}",
                2 => $"{{ exchange: kraken, symbol: C{number}/USD, native: C{number}/USD, base: C{number}, quote: USD, price_scale: 10, quantity_scale: 8, rest: C{number}USD }}",
                _ => $"{{ exchange: coinbase, symbol: D{number}/USD, native: D{number}-USD, base: D{number}, quote: USD, price_scale: 8, quantity_scale: 8 }}",
            });
        }

        return text.ToString();
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
