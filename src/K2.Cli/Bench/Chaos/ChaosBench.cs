using System.Globalization;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Warehouse;
using K2.Cli.Bench.Soak;
using K2.Domain.Instruments;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Chaos;

/// <summary>
/// <c>k2 bench chaos</c>: three silos at a mock Kafka cluster, Redis and ClickHouse, then single silos at Kafka and at the embedded log, under load and
/// one disruption after another. At the end every trade must be there once, and every candle equal the ledger's.
/// </summary>
internal sealed class ChaosBench(ChaosOptions options, InstrumentTable instruments, TextWriter output, TimeProvider time)
{
    private const int ShownDifferences = 20;
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(150);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<ProtocolStep, int> _hits = [];
    private readonly List<(string Phase, long Trades, long Candles, int Disruptions, int Differences)> _table = [];

    /// <summary>Runs all phases; true if nothing was lost, doubled or wrong, and the run was long enough to say so.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Print(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {options.Minutes} min, {options.TradesPerSecond} trades/s into the log and {options.ExchangeTradesPerSecond} by sockets{(options.Fault.Length > 0 ? $", FAULT {options.Fault}" : "")}"));
        var problem = (string?)null;
        foreach (var phase in options.Phases)
        {
            problem = await PhaseAsync(phase, cancellationToken);
            if (problem is not null) break;
        }

        foreach (var (kind, count) in _counts) Print($"| {kind} | {count} |");
        Print("SIGKILL hit: " + string.Join(", ", _hits.OrderBy(hit => hit.Key).Select(hit => $"{hit.Key} {hit.Value}")));
        foreach (var row in _table) Print($"| {row.Phase} | {row.Trades} trades | {row.Candles} candles | {row.Disruptions} disruptions | {row.Differences} differences |");
        var (disruptions, trades) = (_table.Sum(row => row.Disruptions), _table.Sum(row => row.Trades));
        if (problem is null && disruptions < options.LeastDisruptions) problem = $"only {disruptions} disruptions, {options.LeastDisruptions} are asked for";
        if (problem is null && trades < options.LeastTrades) problem = $"only {trades} trades, {options.LeastTrades} are asked for";
        Print(problem is null ? $"PASSED: {disruptions} disruptions, {trades} trades, 0 lost, 0 duplicated, 0 wrong candles" : $"FAILED: {problem}");
        return problem is null;
    }

    private async Task<string?> PhaseAsync(ChaosPhase phase, CancellationToken cancellationToken)
    {
        var seconds = options.Minutes * 60 * phase.Share / options.Phases.Sum(one => one.Share);
        Print(string.Create(CultureInfo.InvariantCulture, $"== {phase.Name}: {phase.Silos} silo(s), log {(phase.HasKafka ? "mock Kafka cluster of three brokers" : "embedded")}, {seconds:0} s"));
        await using var rig = await ChaosRig.StartAsync(options, phase, instruments, time, cancellationToken);
        foreach (var silo in rig.Silos) silo.Start();
        await UntilAsync(rig, null, async () => await rig.IsReadyAsync(cancellationToken), "the start of the silos", StartLimit, cancellationToken);
        rig.Release();
        bool settled;
        var storm = new ChaosStorm(rig, options.Seed + phase.Silos + (phase.HasKafka ? 10 : 0), time);
        using (var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var watch = WatchAsync(rig, watching.Token);
            await LoadAsync(rig, storm, seconds, cancellationToken);
            await rig.EndLoadAsync();
            storm.Tend(all: true);
            var settling = time.GetTimestamp();
            settled = await UntilAsync(rig, storm, async () => await rig.HasAllAsync(cancellationToken), "all trades", SettleLimit, cancellationToken, mayExpire: true);

            settled = settled && await UntilAsync(rig, storm, async () => await DrainedAsync(rig, cancellationToken), "the drain", SettleLimit, cancellationToken, mayExpire: true);
            Print(string.Create(CultureInfo.InvariantCulture, $"{(settled ? "settled" : "NOT settled")} within {time.GetElapsedTime(settling).TotalSeconds:0.0} s after the last trade"));
            await watching.CancelAsync();
            await watch;
        }

        foreach (var silo in rig.Silos)
        {
            if (!await silo.TerminateAsync(StopLimit, cancellationToken)) Print($"{silo.Name} did not end in order");
        }

        return await JudgeAsync(rig, phase, storm, settled, cancellationToken);
    }

    private static async Task<bool> DrainedAsync(ChaosRig rig, CancellationToken cancellationToken)
    {
        await rig.DrainAsync(cancellationToken);
        return await rig.HasAllAsync(cancellationToken);
    }

    private async Task LoadAsync(ChaosRig rig, ChaosStorm storm, double seconds, CancellationToken cancellationToken)
    {
        var random = new Random(options.Seed);
        var start = time.GetTimestamp();
        var number = 0;
        while (true)
        {
            // Sometimes a second disruption hits while the first is not over.
            await WaitAsync(storm, TimeSpan.FromSeconds(random.Next(3) == 0 ? 0.5 : (0.5 + random.NextDouble()) * options.SecondsBetween), cancellationToken);
            if (time.GetElapsedTime(start).TotalSeconds >= seconds) return;
            var what = await storm.NextAsync(cancellationToken);
            var fed = rig.Feed is { } feed ? string.Create(CultureInfo.InvariantCulture, $", fed {feed.Made} trades, {feed.Late} late, {feed.Repeated} repeated, most uncommitted in a partition {rig.Kafka!.MostSeen}") : "";
            Print(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(start).TotalSeconds:0} s: disruption {++number}: {what}{fed}"));
        }
    }

    private async Task WaitAsync(ChaosStorm storm, TimeSpan length, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        do
        {
            await Task.Delay(Poll, time, cancellationToken);
            storm.Tend();
        }
        while (time.GetElapsedTime(start) < length);
    }

    private async Task<string?> JudgeAsync(ChaosRig rig, ChaosPhase phase, ChaosStorm storm, bool settled, CancellationToken cancellationToken)
    {
        foreach (var end in storm.Ended) Print("ended by itself and was started again: " + end);
        foreach (var (kind, count) in storm.Counts) _counts[kind] = _counts.GetValueOrDefault(kind) + count;
        foreach (var (step, count) in storm.Hits) _hits[step] = _hits.GetValueOrDefault(step) + count;
        var comparison = new LedgerComparison(instruments, time);
        var lines = new List<string>();
        long trades = 0, candles = 0;
        if (rig.Warehouse is { } shared)
        {
            await CompareAsync(shared);
        }
        else
        {
            using var counters = new PipelineCounters();
            await using var own = await WarehouseHost.StartAsync(
                new WarehouseOptions { DataFolder = Path.Combine(rig.Silos[0].Data, WarehouseOptions.FolderName), Port = 0 }, instruments, counters, NoProtocolProbe.Instance, time, NullLoggerFactory.Instance, cancellationToken);
            await CompareAsync(own);
        }

        foreach (var line in lines.Take(ShownDifferences)) Print("  " + line);
        if (rig.Feed is { } feed) Print($"fed {feed.Made} trades into the log, {feed.Late} of them late, {feed.Repeated} repeated; {feed.Held} times a symbol waited for its partition; most uncommitted in a partition {rig.Kafka!.MostSeen}; a committed offset was lower than before at {rig.Kafka.WentBack} looks");
        _table.Add((phase.Name, trades, candles, storm.Counts.Values.Sum(), lines.Count));
        if (rig.Kafka?.LimitProblem is { } limit) return limit;
        if (lines.Count == 0) return null;
        return settled ? $"{phase.Name}: {lines.Count} differences" : $"{phase.Name}: {lines.Count} differences, and the silos were still behind after {SettleLimit.TotalSeconds:0} s: what is missing is lost, or the machine was too busy";

        async Task CompareAsync(WarehouseHost warehouse)
        {
            var (different, compared, windows) = await comparison.CompareAsync(warehouse, rig.Venues.All, cancellationToken);
            lines.AddRange(different);
            (trades, candles) = (trades + compared, candles + windows);
            foreach (var symbol in rig.Feed?.Symbols ?? [])
            {
                var (wrong, count) = await LedgerComparison.InstrumentAsync(warehouse, symbol.Instrument, symbol.Simulated, symbol.Ledger, cancellationToken);
                lines.AddRange(wrong);
                (trades, candles) = (trades + symbol.Ledger.Count, candles + count);
            }

            // Whether what is missing is known to be missing.
            if (lines.Count == 0) return;
            await foreach (var stored in warehouse.Reader.ReadGapsAsync(new GapQuery(null, null, null, ShownDifferences), cancellationToken))
            {
                var gap = stored.Change.Gap;
                Print($"  gap of {stored.Instrument}: {stored.Change.State} {gap.Cause} ids {gap.FirstId} to {gap.LastId}, {gap.From} to {gap.Until}, at {stored.Change.Position}");
            }
        }
    }

    /// <summary>Looks at the log's ends every second: the feed waits for a partition that has much to do, and nothing may come near the mock's limits.</summary>
    private async Task WatchAsync(ChaosRig rig, CancellationToken stop)
    {
        if (rig.Kafka is not { } kafka) return;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await kafka.WatchAsync(stop);
                await Task.Delay(TimeSpan.FromSeconds(1), time, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (K2.Abstractions.K2Exception)
            {
                // A broker is away; what is known of the partitions stands.
            }
        }
    }

    private async Task<bool> UntilAsync(ChaosRig rig, ChaosStorm? storm, Func<Task<bool>> condition, string what, TimeSpan limit, CancellationToken cancellationToken, bool mayExpire = false)
    {
        var start = time.GetTimestamp();
        var last = "";
        while (time.GetElapsedTime(start) < limit)
        {
            try
            {
                if (await condition()) return true;
            }
            catch (Exception away) when (away is HttpRequestException or Client.K2ClientException or InvalidOperationException or IOException or K2.Abstractions.K2Exception or System.Text.Json.JsonException)
            {
                last = away.Message;
            }

            storm?.Tend(all: true);
            if (storm is null && rig.Silos.FirstOrDefault(silo => silo.EndedByItself) is { } ended) throw new InvalidOperationException($"{ended.Name} ended; it printed:\n{ended.Output}");
            await Task.Delay(Poll, time, cancellationToken);
        }

        return mayExpire ? false : throw new TimeoutException($"{what}: not within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s ({last}); {rig.Silos[0].Name} printed:\n{rig.Silos[0].Output}");
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
