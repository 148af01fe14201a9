using System.Globalization;
using K2.Cli.Simulation;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Soak;

/// <summary>
/// <c>k2 bench soak</c>: minutes of load with a fault every ten seconds on three simulated exchanges, a silo in a process of its own. At the end
/// its tables must equal the exchanges' ledgers, and its memory must not have grown.
/// </summary>
internal sealed class SoakBench(SoakOptions options, InstrumentTable instruments, TextWriter output, TimeProvider time)
{
    private const int SampleSeconds = 2;
    private const int ReportSeconds = 30;
    private const int LeastSamples = 7;
    private const double AllowedGrowth = 1.15;
    private const long AllowedGrowthBytes = 48 << 20;

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var simulation = new SimulationOptions { Seed = (ulong)options.Seed, TradesPerSecond = options.TradesPerSecond };
        await using var rig = await PlatformRig.StartAsync(instruments, simulation, options.Silo, options.Folder, time, cancellationToken);
        Print($"seed {options.Seed}, {options.TradesPerSecond} trades/s over {instruments.All.Count} instruments, {options.Minutes} min, a fault every {options.FaultSeconds} s");
        var samples = await LoadAsync(rig, cancellationToken);
        var settling = time.GetTimestamp();
        await rig.SettleAsync(cancellationToken);
        Print(string.Create(CultureInfo.InvariantCulture, $"settled {time.GetElapsedTime(settling).TotalSeconds:0.0} s after the last trade"));
        foreach (var connector in await rig.ConnectorsAsync(cancellationToken))
            Print($"{connector.Exchange}: {connector.Connects} connections, {connector.GapsFound} gaps found, {connector.GapsFilled} filled, {connector.GapsUnfillable} unfillable, {connector.Backfilled} trades by REST");
        foreach (var venue in rig.Venues.All) Print($"{venue.Exchange.ToName()} faults: {string.Join(", ", venue.FaultsFired.OrderBy(fault => fault.Key).Select(fault => $"{fault.Key} {fault.Value}"))}");
        var exceeded = rig.Venues.All.Sum(venue => venue.LimitsExceeded);
        Print($"requests and messages beyond the exchanges' limits: {exceeded}");
        var processor = rig.Silo.Processor();
        await rig.StopAsync(cancellationToken);

        var (differences, trades, candles) = await new LedgerComparison(instruments, time).CompareAsync(options.Folder, rig.Venues.All, cancellationToken);
        foreach (var line in differences.Take(20)) Print("  " + line);
        Print(string.Create(CultureInfo.InvariantCulture, $"compared {trades} trades and {candles} candles with the ledgers: {(differences.Count == 0 ? "equal" : "DIFFERENT")}; processor seconds silo {processor.Silo.TotalSeconds:0}, engine {processor.Engine.TotalSeconds:0}"));
        var isFlat = IsFlat("silo", [.. samples.Select(sample => sample.Silo)]) & IsFlat("engine", [.. samples.Select(sample => sample.Engine)]);
        var passed = differences.Count == 0 && isFlat && exceeded == 0;
        Print($"{(passed ? "PASSED" : "FAILED")}: soak of {options.Minutes} min, ledger {(differences.Count == 0 ? "equal" : "different")}, memory {(isFlat ? "flat" : "grew")}");
        return passed;
    }

    private async Task<List<(long Silo, long Engine)>> LoadAsync(PlatformRig rig, CancellationToken cancellationToken)
    {
        var storm = new FaultStorm(rig.Venues, (ulong)options.Seed);
        var samples = new List<(long Silo, long Engine)>();
        var seconds = (long)(options.Minutes * 60);
        var start = time.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (var second = 1L; time.GetElapsedTime(start).TotalSeconds < seconds; second++)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            if (rig.Silo.HasExited) throw new InvalidOperationException($"the silo ended; it printed:\n{rig.Silo.Output}");
            if (second % SampleSeconds == 0) samples.Add(rig.Silo.Memory());
            if (second % options.FaultSeconds == 0) Print(storm.Next());
            if (second % ReportSeconds == 0 && samples.Count > 0) Print(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(start).TotalSeconds:0} s: {rig.Venues.Made} trades made, memory silo {samples[^1].Silo >> 20} MiB, engine {samples[^1].Engine >> 20} MiB"));
        }

        return samples;
    }

    /// <summary>The last quarter against the second one: the first is still warming up.</summary>
    private bool IsFlat(string part, IReadOnlyList<long> samples)
    {
        var quarter = samples.Count / 4;
        if (quarter < LeastSamples)
        {
            Print($"memory of the {part}: {(samples.Count == 0 ? 0 : samples[^1] >> 20)} MiB at the end; too short a run to judge");
            return true;
        }

        var (before, after) = (Median(samples.Skip(quarter).Take(quarter)), Median(samples.Skip(samples.Count - quarter)));
        var isFlat = after <= (long)(before * AllowedGrowth) + AllowedGrowthBytes;
        Print($"memory of the {part}: median {before >> 20} MiB in the second quarter, {after >> 20} MiB in the last, at most {samples.Max() >> 20} MiB: {(isFlat ? "flat" : "GREW")}");
        return isFlat;
    }

    private static long Median(IEnumerable<long> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
