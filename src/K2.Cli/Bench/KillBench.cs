using System.Globalization;
using K2.Abstractions.Diagnostics;

namespace K2.Cli.Bench;

/// <summary>
/// Real processes, real SIGKILL: plays a capture at a pace, kills the silo or its engine at a moment that the seed chooses, starts again until
/// the end is reached, and compares every stored row with those of an uninterrupted run. The step that was hit is recorded; steps too short to be
/// hit by chance are held by the probe until the kill has come.
/// </summary>
internal sealed class KillBench(KillBenchOptions options, StoredRowsReader rows, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan HoldLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);
    private static readonly ProtocolStep[] Steps = Enum.GetValues<ProtocolStep>().Where(step => step != ProtocolStep.Idle).ToArray();
    private readonly Dictionary<ProtocolStep, int> _hits = Steps.ToDictionary(step => step, _ => 0);

    /// <summary>Runs all seeds; true if every one of them ended with the rows of the uninterrupted run and each step was hit often enough.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        var expected = await UninterruptedAsync(cancellationToken);
        Print($"uninterrupted: {expected.TradeCount} trades, {expected.CandleCount} candles, fingerprint {expected.Fingerprint}");
        var failures = 0;
        for (var seed = options.FirstSeed; seed < options.FirstSeed + options.Seeds; seed++)
        {
            var difference = await SeedAsync(seed, expected, cancellationToken);
            if (difference is null) continue;
            failures++;
            Print($"seed {seed}: DIFFERENT: {difference}");
        }

        Print("hits by step: " + string.Join(", ", _hits.Select(hit => $"{hit.Key} {hit.Value}")));
        var missed = _hits.Where(hit => hit.Value < options.HitsPerStep).Select(hit => hit.Key).ToList();
        if (missed.Count > 0) Print($"steps hit fewer than {options.HitsPerStep} times: {string.Join(", ", missed)}");
        Print(failures == 0 && missed.Count == 0 ? $"PASSED {options.Seeds} seeds, {_hits.Values.Sum()} kills" : $"FAILED {failures} of {options.Seeds} seeds");
        return failures == 0 && missed.Count == 0;
    }

    private async Task<StoredRows> UninterruptedAsync(CancellationToken cancellationToken)
    {
        var folder = Fresh("uninterrupted");
        using var silo = SiloProcess.Start(options.Silo, Arguments(options.Capture, folder, "max"));
        await EndAsync(silo, cancellationToken);
        var stored = await rows.ReadAsync(folder, cancellationToken);
        Directory.Delete(folder, true);
        return stored;
    }

    private async Task<string?> SeedAsync(int seed, StoredRows expected, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var capture = options.CaptureOf?.Invoke(seed) ?? options.Capture;
        var folder = Fresh("seed" + seed.ToString(CultureInfo.InvariantCulture));
        using var probe = new ProbeFile(folder + ".probe");
        var story = new List<string>();
        var kills = 1 + random.Next(2);
        for (var kill = 0; kill < kills; kill++)
        {
            var step = kill == 0 ? Steps[seed % Steps.Length] : (ProtocolStep?)null;
            story.Add(await KillOnceAsync(capture, folder, probe, random, step, cancellationToken));
        }

        probe.Reset();
        using (var silo = SiloProcess.Start(options.Silo, Arguments(capture, folder, "max"), probe.Path)) await EndAsync(silo, cancellationToken);
        var stored = await rows.ReadAsync(folder, cancellationToken);
        var difference = stored.DifferenceTo(expected);
        var check = options.Check?.Invoke(stored);
        if (check is { IsRight: false }) difference ??= check.Value.Text;
        Print($"seed {seed}: {string.Join("; ", story)}: {(difference is null ? "equal" : "different")}{(check is null ? "" : $"; {check.Value.Text}")}");
        if (difference is null) Directory.Delete(folder, true);
        File.Delete(probe.Path);
        return difference;
    }

    /// <summary>Starts a paced run and kills it once: at a step held for the kill, or at any moment.</summary>
    private async Task<string> KillOnceAsync(string capture, string folder, ProbeFile probe, Random random, ProtocolStep? wanted, CancellationToken cancellationToken)
    {
        probe.Reset();
        var target = random.Next(3) == 0 && wanted is null or ProtocolStep.InsertRows or ProtocolStep.InsertState ? (KillTarget)random.Next(2) : KillTarget.Silo;
        using var silo = SiloProcess.Start(options.Silo, Arguments(capture, folder, options.Speed.ToString(CultureInfo.InvariantCulture)), probe.Path);
        var watched = wanted ?? ProtocolStep.Receive;
        var after = 1 + random.Next(wanted is null ? 200 : 20);
        await UntilAsync(() => probe.Count(watched) >= after || silo.HasExited, RunLimit, cancellationToken);

        // An engine's kill must not hold the silo: it has to live on. Its moment is the step as it is entered.
        if (wanted is { } step && target == KillTarget.Silo)
        {
            probe.Hold(step);
            await UntilAsync(() => probe.Held == step || silo.HasExited, HoldLimit, cancellationToken, mayExpire: true);
        }
        else if (wanted is { } passing)
        {
            await UntilAsync(() => probe.Current == passing || silo.HasExited, HoldLimit, cancellationToken, mayExpire: true);
        }

        if (silo.HasExited)
        {
            // On a busy machine the kill may be too late. What is stored is compared all the same, and the hits show what was not struck.
            await EndAsync(silo, cancellationToken);
            return "ended before its kill";
        }

        var hit = probe.Held != ProtocolStep.Idle ? probe.Held : probe.Current;
        if (target == KillTarget.Silo) silo.Kill();
        else silo.KillEngine();
        if (hit != ProtocolStep.Idle) _hits[hit]++;
        await EndAsync(silo, cancellationToken, killed: target == KillTarget.Silo);
        return $"{target} at {hit}";
    }

    private static async Task EndAsync(SiloProcess silo, CancellationToken cancellationToken, bool killed = false)
    {
        var code = await silo.WaitAsync(RunLimit, cancellationToken);
        if (code != 0 && !killed) throw new InvalidOperationException($"the silo ended with {code}; it printed:\n{silo.Output}");
    }

    private static List<string> Arguments(string capture, string folder, string speed) =>
        ["--source", "replay", "--captures", capture, "--speed", speed, "--exit-at-end", "--data", folder];

    private string Fresh(string name)
    {
        var folder = Path.Combine(options.Folder, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, true);
        return folder;
    }

    private async Task UntilAsync(Func<bool> condition, TimeSpan limit, CancellationToken cancellationToken, bool mayExpire = false)
    {
        var start = time.GetTimestamp();
        while (!condition())
        {
            if (time.GetElapsedTime(start) > limit)
            {
                if (mayExpire) return;
                throw new TimeoutException($"nothing to kill within {limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s");
            }

            await Task.Delay(Poll, time, cancellationToken);
        }
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
