using System.Collections.Concurrent;
using System.Globalization;

namespace K2.Cli.Bench.Cold;

/// <summary>
/// A scripted history, disturbed once at a time: each call that an undisturbed run makes of the store is killed at, lost, slept at and so on, before and after its effect, in a copy of
/// the files of its own. After each the tables must be what the ledger says.
/// </summary>
internal sealed class ColdSteps(ColdStepsOptions options, TextWriter output)
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _problems = [];

    /// <summary>Runs all; the last line is the verdict.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var state = Directory.CreateDirectory(Path.Combine(options.Folder, "before-0")).FullName;
        for (var step = 0; step < ColdScript.Steps.Count; step++)
        {
            var (before, known) = (_counts.ToDictionary(), _problems.Count);
            Age(state, ColdScript.Steps[step].Pause);
            var after = Path.Combine(options.Folder, $"before-{step + 1}");
            var calls = await CountAsync(step, state, after, cancellationToken);
            var cases = ColdStepFaults.Of(step, calls, options.Every).ToList();
            await Parallel.ForAsync(0, cases.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken }, async (i, token) => await RunAsync(cases[i], state, step, i, token));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"step {step + 1}, {ColdScript.Steps[step].Name}: {calls.Count(call => call.Changes)} of the calls write; {Figures(before)}: {(_problems.Count == known ? "equal" : "DIFFERENT")}"));
            foreach (var problem in _problems.Skip(known).Take(10)) await output.WriteLineAsync("  " + problem);
            Directory.Delete(state, recursive: true);
            state = after;
        }

        // What has not happened has not been tried.
        foreach (var kind in ColdStepFaults.Kinds.Where(kind => _counts.GetValueOrDefault(kind) == 0)) Add($"there were no {kind}");
        if (options.Program is not null && _counts.GetValueOrDefault(ColdStepFaults.Processes) == 0) Add("no process was killed");
        await output.WriteLineAsync(_problems.IsEmpty
            ? string.Create(CultureInfo.InvariantCulture, $"PASSED: {ColdScript.Steps.Count} steps, {Figures([])}: cold equals hot, no row twice, no file missing, no position fell")
            : string.Create(CultureInfo.InvariantCulture, $"FAILED: {_problems.Count} problems; {ColdScript.Steps.Count} steps, {Figures([])}"));
        return _problems.IsEmpty;
    }

    // The undisturbed run: its calls are those that are disturbed, and what it leaves is where the next step begins.
    private async Task<IReadOnlyList<StoreCall>> CountAsync(int step, string state, string after, CancellationToken cancellationToken)
    {
        Copy(state, after);
        var run = Run(step, after, Add);
        var store = run.Store(new UnsteadyOptions());
        using (var cold = await run.OpenAsync(store, run.Ledger, run.Time, cancellationToken))
        {
            foreach (var outcome in (await ColdScript.RunAsync(cold, run.Maintains, null, cancellationToken)).Values)
            {
                Count("partitions compacted", outcome.Compacted);
                Count("snapshots expired", outcome.Expired);
                Count("files swept", outcome.Deleted);
            }
        }

        Count("calls", store.Calls.Count);
        await run.VerifyAsync(run.Ledger, cancellationToken);
        if (options.Program is null) return store.Calls;

        // A process makes as many calls: else those that are killed would be others.
        var idle = Path.Combine(options.Folder, "idle");
        Copy(state, idle);
        var (exitCode, error) = await Run(step, idle, Add).StartAsync(store.Calls.Count + 1, false, cancellationToken);
        if (exitCode != 0) Add($"step {step + 1}: a process that was to be killed behind its last call ended with {exitCode}: {error}");
        Directory.Delete(idle, recursive: true);
        return store.Calls;
    }

    private async Task RunAsync((string Name, Func<ColdStepRun, CancellationToken, Task<ColdLedger>> RunAsync) tried, string state, int step, int number, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"step-{step + 1}-{number}"));
        Copy(state, folder);
        var problems = new List<string>();
        try
        {
            var run = Run(step, folder, problems.Add);
            await run.Check.LookAsync(1, cancellationToken);
            var ledger = await tried.RunAsync(run, cancellationToken);
            await run.Check.LookAsync(1, cancellationToken);
            await run.VerifyAsync(ledger, cancellationToken);
            await run.Check.LookAsync(2, cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            problems.Add($"ended by {failure}");
        }

        foreach (var problem in problems) Add($"step {step + 1}, {tried.Name} (in {folder}): {problem}");
        if (problems.Count == 0) Directory.Delete(folder, recursive: true);
    }

    private string Figures(Dictionary<string, int> before) => string.Join(", ", ColdStepFaults.Kinds.Append(ColdStepFaults.Processes).Select(kind => (Kind: kind, Times: _counts.GetValueOrDefault(kind) - before.GetValueOrDefault(kind)))
        .Where(count => count.Times > 0).Select(count => string.Create(CultureInfo.InvariantCulture, $"{count.Times} {count.Kind}")));

    private ColdStepRun Run(int step, string folder, Action<string> add) => new(step, folder, options.Program, Count, add);

    private void Count(string kind, int times) => _counts.AddOrUpdate(kind, times, (_, before) => before + times);

    private void Add(string problem) => _problems.Enqueue(problem);

    // All files get older by a pause, in the way that also another process sees.
    private static void Age(string state, TimeSpan by)
    {
        foreach (var file in Directory.EnumerateFiles(state, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - by);
    }

    private static void Copy(string state, string folder)
    {
        var store = Directory.CreateDirectory(Path.Combine(folder, "store")).FullName;
        if (!Directory.Exists(Path.Combine(state, "store"))) return;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(state, "store"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(store, Path.GetRelativePath(Path.Combine(state, "store"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            File.SetLastWriteTimeUtc(copy, File.GetLastWriteTimeUtc(file));
        }
    }
}
