using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;

namespace K2.Cli.Bench.Cold;

/// <summary>What a step of the script is disturbed by, once each: by every kind of fault at every call. Each returns the data that the tables must hold afterwards.</summary>
internal static class ColdStepFaults
{
    /// <summary>Kills of processes, which not every run of the bench has.</summary>
    public const string Processes = "of them processes by SIGKILL";

    // As many as a commit bears, and more than it tries.
    private static readonly int[] Storms = [3, 60];
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>What must have happened for the whole to count.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "calls", "partitions compacted", "snapshots expired", "files swept", "lost requests", "lost answers", "commits found again", "zombies", "fenced", "done by another", "storms", "conflicts", "outages", "failed in outages",
        "clock jumps", "kills",
    ];

    /// <summary>All cases of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="calls">The calls that it makes undisturbed.</param>
    /// <param name="every">Every how many calls one is disturbed.</param>
    public static IEnumerable<(string Name, Func<ColdStepRun, CancellationToken, Task<ColdLedger>> RunAsync)> Of(int step, IReadOnlyList<StoreCall> calls, int every)
    {
        // Few are commits, and some faults show at these alone: the last one of a step is always disturbed.
        var commit = calls.Select((call, index) => IsCommit(call) ? index + 1 : -1).DefaultIfEmpty(-1).Max();

        // Call 0: between two runs.
        for (var call = 0; call <= calls.Count; call++)
        {
            if ((call + step) % every != 0 && call != commit) continue;
            var (at, name) = (call, call == 0 ? "before the run" : $"call {call} ({calls[call - 1].Key})");
            yield return ($"outage from {name}", (run, token) => OutageAsync(run, at, token));
            foreach (var by in (TimeSpan[])[Hour, -Hour]) yield return ($"clock jump by {by} at {name}", (run, token) => JumpAsync(run, at, by, token));
            if (call == 0) continue;
            foreach (var isAfter in (bool[])[false, true])
            {
                var where = $"{(isAfter ? "after" : "before")} {name}";
                yield return ($"killed {where}", (run, token) => KillAsync(run, at, isAfter, token));
                yield return ($"lost {where}", (run, token) => LoseAsync(run, at, isAfter, isAfter && IsCommit(calls[at - 1]), token));
                yield return ($"zombie {where}", (run, token) => SleepAsync(run, at, isAfter, null, token));
                if (ColdScript.NextExport(step) is { } next) yield return ($"zombie that saw other data {where}", (run, token) => SleepAsync(run, at, isAfter, ColdScript.LedgerAt(next), token));
            }

            if (!calls[call - 1].IsConditional) continue;
            foreach (var rounds in Storms)
            {
                yield return ($"{rounds} conflicts with others from {name}", (run, token) => StormAsync(run, at, rounds, (key, put) => CommitAsync(run, key, put), token));
                yield return ($"{rounds} conflicts with itself from {name}", (run, token) => StormAsync(run, at, rounds, (_, put) => put(), token));
                yield return ($"{rounds} conflicts with nothing from {name}", (run, token) => StormAsync(run, at, rounds, (_, _) => Task.CompletedTask, token));
            }
        }
    }

    // The first metadata of a table hold nothing yet: whoever makes them in vain begins anew.
    private static bool IsCommit(StoreCall call) => call.IsConditional && call.Key.Contains("/metadata/", StringComparison.Ordinal) && !call.Key.EndsWith("/v1.metadata.json", StringComparison.Ordinal);

    private static async Task<ColdLedger> KillAsync(ColdStepRun run, int call, bool isAfter, CancellationToken cancellationToken)
    {
        if (run.Program is null)
        {
            try
            {
                await run.ActAsync(new UnsteadyOptions { AtCall = call, After = isAfter }, run.Maintains, run.Ledger, null, cancellationToken);
                run.Add("was not killed");
            }
            catch (ExporterKilledException)
            {
                run.Count("kills");
            }

            await run.FinishAsync(run.Ledger, cancellationToken);
            return run.Ledger;
        }

        var killed = await run.StartAsync(call, isAfter, cancellationToken);
        if (killed.ExitCode == ColdWorker.ExitCodeBySignal)
        {
            run.Count("kills");
            run.Count(Processes);
        }
        else run.Add($"the process was not killed but ended with {killed.ExitCode}: {killed.Error}");
        await run.Check.LookAsync(1, cancellationToken);
        var fresh = await run.StartAsync(0, false, cancellationToken);
        if (fresh.ExitCode != 0) run.Add($"the process after it ended with {fresh.ExitCode}: {fresh.Error}");
        return run.Ledger;
    }

    private static async Task<ColdLedger> LoseAsync(ColdStepRun run, int call, bool isAfter, bool isOfCommit, CancellationToken cancellationToken)
    {
        var (isLost, failures) = (false, new List<K2Exception>());
        var done = await run.ActAsync(new UnsteadyOptions { AtCall = call, Fault = UnsteadyFault.Fail, After = isAfter, Happened = () => isLost = true }, run.Maintains, run.Ledger, failures.Add, cancellationToken);
        if (isLost) run.Count(isAfter ? "lost answers" : "lost requests");
        else run.Add("nothing got lost");

        // Else it may fail: the next one finds what there is.
        if (isOfCommit)
        {
            if (isLost && failures.Count == 0) run.Count("commits found again");
            foreach (var failure in failures) run.Add($"a commit whose answer was lost was not found again: {failure}");
            foreach (var (table, _) in done.Where(outcome => !run.Maintains && outcome.Value.Rows == 0)) run.Add($"{table}: the rows of a commit whose answer was lost were not counted");
        }

        await run.FinishAsync(run.Ledger, cancellationToken);
        return run.Ledger;
    }

    // One falls asleep at the call, another one does all that there is to do, the first one wakes. With other data, an exporter had seen more than the other one, so that its range no longer
    // fits, and a maintainer less, so that rows come to what it has read.
    private static async Task<ColdLedger> SleepAsync(ColdStepRun run, int call, bool isAfter, ColdLedger? other, CancellationToken cancellationToken)
    {
        var (hasSlept, rival) = (false, (IReadOnlyDictionary<string, ColdStepOutcome>)new Dictionary<string, ColdStepOutcome>());
        var failures = new List<K2Exception>();
        var zombie = await run.ActAsync(
            new UnsteadyOptions
            {
                AtCall = call,
                Fault = UnsteadyFault.Sleep,
                After = isAfter,
                SleepAsync = async () =>
                {
                    hasSlept = true;
                    rival = await run.ActAsync(new UnsteadyOptions(), run.Maintains, run.Ledger, Undisturbed, cancellationToken);
                    await run.ActAsync(new UnsteadyOptions(), !run.Maintains, run.Maintains && other is not null ? other : run.Ledger, Undisturbed, cancellationToken);
                    await run.Check.LookAsync(1, cancellationToken);
                },
            },
            run.Maintains,
            run.Maintains ? run.Ledger : other ?? run.Ledger,
            failures.Add,
            cancellationToken);
        if (hasSlept) run.Count("zombies");
        else run.Add("nobody slept");
        run.Count("fenced", failures.Count(failure => failure is FencedException));
        foreach (var failure in failures.Where(failure => failure is not (FencedException or CommitConflictException))) run.Add($"the zombie ended by {failure}");
        if (!run.Maintains && other is null)
        {
            foreach (var (table, outcome) in zombie)
            {
                if (outcome.Rows == 0) run.Count("done by another");
                else if (rival.GetValueOrDefault(table).Rows is > 0 and var rows) run.Add($"{table}: the zombie wrote {outcome.Rows} rows, the other one {rows}");
            }
        }

        await run.FinishAsync(other ?? run.Ledger, cancellationToken);
        return other ?? run.Ledger;

        // Thrown, it would be the zombie's: a fenced or conflicting one would pass for what it expects.
        void Undisturbed(K2Exception failure) => run.Add($"who was not disturbed failed while the zombie slept: {failure}");
    }

    private static async Task<ColdLedger> StormAsync(ColdStepRun run, int call, int rounds, Func<string, Func<Task>, Task> conflictAsync, CancellationToken cancellationToken)
    {
        var conflicts = 0;
        await run.ActAsync(
            new UnsteadyOptions
            {
                AtCall = call,
                Conflicts = rounds,
                ConflictAsync = (key, put) =>
                {
                    conflicts++;
                    run.Count("conflicts");
                    return conflictAsync(key, put);
                },
            },
            run.Maintains,
            run.Ledger,
            _ => { },
            cancellationToken);
        if (conflicts > 0) run.Count("storms");
        else run.Add("there was no conflict");
        await run.FinishAsync(run.Ledger, cancellationToken);
        return run.Ledger;
    }

    // Another program takes the name that the put is for. Of a table that is not there yet, the put itself comes first.
    private static async Task CommitAsync(ColdStepRun run, string key, Func<Task> put)
    {
        const string Folder = "/metadata/";
        var catalog = key.Contains(Folder, StringComparison.Ordinal) ? new FileTableCatalog(run.Files, key[..key.IndexOf(Folder, StringComparison.Ordinal)]) : null;
        if (catalog is not null && await catalog.LoadAsync(CancellationToken.None) is { } version) await catalog.TryCommitAsync(version, version.Metadata.After(version.MetadataFile, run.Time.GetUtcNow()), CancellationToken.None);
        else await put();
    }

    // Half an hour by the data's clock: one run breaks off at the call, the next one a quarter of an hour later fails, the third has all that came meanwhile. Nobody helps it.
    private static async Task<ColdLedger> OutageAsync(ColdStepRun run, int call, CancellationToken cancellationToken)
    {
        var isAway = call == 0;
        var store = run.Store(new UnsteadyOptions
        {
            AtCall = call,
            Fault = UnsteadyFault.Sleep,
            SleepAsync = () =>
            {
                isAway = true;
                return Task.CompletedTask;
            },
            IsAway = () => isAway,
        });
        ColdTier.ColdTier? cold = null;
        await RunAsync();
        if (!isAway) run.Add("the store was never away");
        run.Time.Jump(Quarter);
        if (!run.Maintains)
        {
            foreach (var step in ColdScript.Steps.Take((ColdScript.NextExport(run.Step) ?? run.Step) + 1).Skip(run.Step + 1)) run.Ledger.Advance(step);
        }

        if (await RunAsync() is not { Count: > 0 } failed) run.Add("a run did not fail, though the store was away");
        else run.Count("failed in outages", failed.Count);
        isAway = false;
        run.Time.Jump(Quarter);
        foreach (var failure in await RunAsync()) run.Add($"after the outage: {failure}");
        run.Count("outages");
        cold?.Dispose();
        return run.Ledger;

        async Task<List<K2Exception>> RunAsync()
        {
            var failures = new List<K2Exception>();
            try
            {
                // As in the platform: open from the first time that it works.
                cold ??= await run.OpenAsync(store, run.Ledger, run.Time, cancellationToken);
                await ColdScript.RunAsync(cold, run.Maintains, failures.Add, cancellationToken);
            }
            catch (StartupException failure)
            {
                failures.Add(failure);
            }

            return failures;
        }
    }

    private static async Task<ColdLedger> JumpAsync(ColdStepRun run, int call, TimeSpan by, CancellationToken cancellationToken)
    {
        var hasJumped = call == 0;
        if (hasJumped) run.Time.Jump(by);
        await run.ActAsync(
            new UnsteadyOptions
            {
                AtCall = call,
                Fault = UnsteadyFault.Sleep,
                SleepAsync = () =>
                {
                    hasJumped = true;
                    run.Time.Jump(by);
                    return Task.CompletedTask;
                },
            },
            run.Maintains,
            run.Ledger,
            failure => run.Add($"the run failed by the jump: {failure}"),
            cancellationToken);
        if (hasJumped) run.Count("clock jumps");
        else run.Add("the clock did not jump");

        // The clock is right again: a jump back.
        await run.FinishAsync(run.Ledger, cancellationToken);
        return run.Ledger;
    }
}
