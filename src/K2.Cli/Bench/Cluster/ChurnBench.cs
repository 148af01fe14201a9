using System.Globalization;
using K2.Cli.Bench.Soak;
using K2.Cli.Rig;
using K2.Contracts.Cold;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Cluster;

/// <summary>
/// <c>k2 bench churn</c>: under load one silo is killed, ended in order, or started every few seconds; then all are restarted one after another, and with another version's binaries upgraded and taken back.
/// Trades and candles must equal the exchanges' ledgers, and the API must answer nearly always.
/// </summary>
internal sealed class ChurnBench(ChurnOptions options, InstrumentTable instruments, TextWriter output, TimeProvider time)
{
    private const int ShownDifferences = 20;
    private const double MostErrors = 0.001;
    private static readonly TimeSpan ErrorsAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan CalmLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(60);
    private readonly List<string> _problems = [];
    private readonly List<long> _changes = [];

    /// <summary>Runs; true if nothing was lost, doubled or wrong and the API kept what is asked of it.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await using var rig = await ClusterRig.StartAsync(
            new RigOptions { Silo = options.Silo, Folder = options.Folder, Seed = options.Seed, TradesPerSecond = options.TradesPerSecond, Brokers = options.Brokers }, instruments, time, cancellationToken);
        Print(string.Create(CultureInfo.InvariantCulture, $"seed {options.Seed}, {options.TradesPerSecond} trades/s over {instruments.All.Count} instruments, 3 silos and an API, {options.Minutes} min with a change every {options.SecondsBetween} s"));
        await using (var probe = ApiProbe.Of(rig, instruments, time))
        {
            await PartAsync("churn", rig, probe, () => ChurnAsync(rig, cancellationToken), cancellationToken);
            await PartAsync("rolling restart", rig, probe, () => RollAsync(rig, null, cancellationToken), cancellationToken);
            if (options.Other is { } other)
            {
                await PartAsync("rolling change to the other version", rig, probe, () => RollAsync(rig, other, cancellationToken), cancellationToken);
                await PartAsync("change of the API", rig, probe, () => ChangeApiAsync(rig, other, cancellationToken), cancellationToken, serves: false);
                await PartAsync("rolling change back", rig, probe, () => RollAsync(rig, options.Silo, cancellationToken), cancellationToken);
                await PartAsync("change of the API back", rig, probe, () => ChangeApiAsync(rig, options.Silo, cancellationToken), cancellationToken, serves: false);
            }
        }

        var settling = time.GetTimestamp();
        var settled = await rig.SettleAsync(cancellationToken);
        Print(string.Create(CultureInfo.InvariantCulture, $"{(settled ? "settled" : "NOT settled")} within {time.GetElapsedTime(settling).TotalSeconds:0.0} s after the last trade"));
        if (!settled) _problems.AddRange(["not all trades were stored in the end", .. await rig.UnsettledAsync(cancellationToken)]);
        else _problems.AddRange([.. await rig.ColdAsync(ColdWork.Export, cancellationToken), .. await rig.ColdAsync(ColdWork.Audit, cancellationToken)]);
        foreach (var ended in rig.Ended) Print("ended by itself and was started again: " + ended);
        _problems.AddRange(await rig.StopAsync(cancellationToken));
        var (differences, trades, candles) = await new LedgerComparison(instruments, time).CompareAsync(rig.Warehouse, rig.Venues.All, cancellationToken);
        foreach (var line in differences.Take(ShownDifferences)) Print("  " + line);
        if (differences.Count > 0) _problems.Add($"{differences.Count} differences");
        foreach (var problem in _problems) Print("problem: " + problem);
        Print(string.Create(CultureInfo.InvariantCulture, $"{trades} trades and {candles} candles compared with the ledgers: {(differences.Count == 0 ? "equal" : "DIFFERENT")}"));
        Print(_problems.Count == 0 ? $"PASSED: {_changes.Count} changes, {trades} trades, 0 lost, 0 duplicated, 0 wrong candles" : $"FAILED: {_problems[0]}");
        return _problems.Count == 0;
    }

    // While the one API itself is replaced nobody is served, and only how long that takes is told.
    private async Task PartAsync(string name, ClusterRig rig, ApiProbe probe, Func<Task> run, CancellationToken cancellationToken, bool serves = true)
    {
        var since = time.GetTimestamp();
        var before = _changes.Count;
        await run();
        var length = time.GetElapsedTime(since);
        await using (var watch = new FlowWatch(rig, time))
        {
            if (!await watch.CalmAsync(Quiet, CalmLimit, cancellationToken)) _problems.Add($"{name}: trades did not flow as usual within {CalmLimit.TotalMinutes:0} minutes afterwards");
        }

        var answers = probe.Since(since);
        var errors = answers.Where(answer => answer.IsError).ToList();
        foreach (var error in errors.GroupBy(error => error.Error.Length > 160 ? error.Error[..160] : error.Error)) Print($"  {error.Count()} times: {error.Key.ReplaceLineEndings(" ")}");
        var worst = errors.Select(error => _changes.Where(change => change <= error.Began).Select(change => time.GetElapsedTime(change, error.Began)).DefaultIfEmpty().Min()).DefaultIfEmpty().Max();
        var slow = answers.Where(answer => !answer.IsError).Select(answer => answer.Took.TotalMilliseconds).Order().ToList();
        Print(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {_changes.Count - before} changes in {length.TotalSeconds:0} s; API: {errors.Count} of {answers.Count} requests failed ({100.0 * errors.Count / Math.Max(1, answers.Count):0.000} %), {errors.Count(error => !error.MayRepeat)} of them not with 503, at most {worst.TotalSeconds:0.0} s after a change; answers: median {At(slow, 0.5):0} ms, 99 % within {At(slow, 0.99):0} ms, 99.9 % within {At(slow, 0.999):0} ms"));
        if (errors.Any(error => !error.MayRepeat)) _problems.Add($"{name}: the API failed otherwise than with 503");
        if (!serves) return;
        if (errors.Count > MostErrors * answers.Count) _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: {100.0 * errors.Count / answers.Count:0.000} % of the API's answers were errors, allowed are {100 * MostErrors:0.0} %"));
        if (worst > ErrorsAfter) _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: an error of the API {worst.TotalSeconds:0.0} s after the change before it"));
    }

    private async Task ChurnAsync(ClusterRig rig, CancellationToken cancellationToken)
    {
        var random = new Random(options.Seed);
        var start = time.GetTimestamp();
        while (time.GetElapsedTime(start).TotalMinutes < options.Minutes)
        {
            await Task.Delay(TimeSpan.FromSeconds(options.SecondsBetween), time, cancellationToken);
            var silo = rig.Silos[random.Next(rig.Silos.Count)];
            var isKilled = random.Next(2) == 0;
            _changes.Add(time.GetTimestamp());
            var what = "started";

            // The last silo that serves stays: without any the platform stands still, which is another test.
            if (!silo.IsRunning) silo.Start();
            else if (!rig.Silos.Any(other => other != silo && other.HasStarted)) what = StartAnother(rig, silo);
            else if (isKilled) (what, _) = ("killed", await silo.KillAsync(cancellationToken));
            else what = await EndAsync(silo, cancellationToken);
            Print(string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(start).TotalSeconds:0} s: change {_changes.Count}: {silo.Name} {what}, {rig.Silos.Count(one => one.IsRunning)} run, {rig.Venues.Made} trades made"));
        }

        foreach (var silo in rig.Silos.Where(silo => !silo.IsRunning)) silo.Start();
        _changes.Add(time.GetTimestamp());
        await rig.UntilAsync(() => rig.AreReadyAsync(cancellationToken), "all silos", ReadyLimit, cancellationToken);
    }

    private static string StartAnother(ClusterRig rig, RigProcess last)
    {
        if (rig.Silos.FirstOrDefault(silo => !silo.IsRunning) is not { } other) return "stays: the others have not started yet";
        other.Start();
        return $"stays, {other.Name} started";
    }

    // A silo that has not started ends by the signal alone.
    private async Task<string> EndAsync(RigProcess silo, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var hadStarted = silo.HasStarted;
        if (!await silo.TerminateAsync(StopLimit, cancellationToken) && hadStarted) _problems.Add($"{silo.Name} did not end in order: {silo.LastWords}");
        return string.Create(CultureInfo.InvariantCulture, $"ended in {time.GetElapsedTime(start).TotalSeconds:0.0} s");
    }

    private async Task RollAsync(ClusterRig rig, string? assembly, CancellationToken cancellationToken)
    {
        foreach (var silo in rig.Silos)
        {
            _changes.Add(time.GetTimestamp());
            var what = await EndAsync(silo, cancellationToken);
            var start = time.GetTimestamp();
            _changes.Add(start);
            silo.Start(assembly);
            await rig.UntilAsync(() => rig.IsReadyAsync(silo, cancellationToken), $"the return of {silo.Name}", ReadyLimit, cancellationToken);
            Print(string.Create(CultureInfo.InvariantCulture, $"  {silo.Name} {what}, ready {time.GetElapsedTime(start).TotalSeconds:0.0} s after its start"));
        }
    }

    private async Task ChangeApiAsync(ClusterRig rig, string assembly, CancellationToken cancellationToken)
    {
        _changes.Add(time.GetTimestamp());
        await rig.Api.TerminateAsync(StopLimit, cancellationToken);
        rig.Api.Start(assembly);
        await rig.UntilAsync(() => rig.IsStreamingAsync(cancellationToken), "the return of the API", ReadyLimit, cancellationToken);
        _changes.Add(time.GetTimestamp());
    }

    private static double At(List<double> ordered, double share) => ordered.Count == 0 ? 0 : ordered[Math.Min(ordered.Count - 1, (int)(ordered.Count * share))];

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
