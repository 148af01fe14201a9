using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.ColdTier.Stores;

namespace K2.Cli.Bench.Cold;

/// <summary>
/// Exporters and maintainers that are killed, sleep and wake as zombies, over a store whose calls fail before and after their effect and that is away for whole rounds, while clocks
/// jump: in the end the cold tables must hold the ledger's rows, each once, no file may be missing, and no position may ever have fallen.
/// </summary>
internal sealed class ColdBench(ColdBenchOptions options, TextWriter output)
{
    /// <summary>Runs all seeds; the last line is the verdict.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var (bad, faults, kills, rows) = (0, 0L, 0L, 0L);
        for (var seed = options.FirstSeed; seed < options.FirstSeed + options.Seeds; seed++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(options.Folder, $"seed-{seed}")).FullName;
            var run = new ColdSeed(seed, folder, options);
            try
            {
                await run.RunAsync(cancellationToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                run.Problems.Add($"the run ended by {failure}");
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {run.Faults} faults, {run.Killed} exporters killed, {run.KilledProcesses} processes killed, {run.Zombies} zombies, {run.Fenced} fenced, {run.Rows} rows in {ColdLedger.Tables.Count} tables: {(run.Problems.Count == 0 ? "equal" : "DIFFERENT")}"));
            foreach (var problem in run.Problems.Take(10)) await output.WriteLineAsync("  " + problem);
            if (run.Problems.Count > 0) bad++;
            else Directory.Delete(folder, recursive: true);
            faults += run.Faults;
            kills += run.Killed + run.KilledProcesses;
            rows += run.Rows;
        }

        await output.WriteLineAsync(bad == 0
            ? string.Create(CultureInfo.InvariantCulture, $"PASSED: {options.Seeds} seeds, {faults} faults, {kills} kills, {rows} rows: cold equals hot, no row twice, no file missing, no position fell")
            : string.Create(CultureInfo.InvariantCulture, $"FAILED: {bad} of {options.Seeds} seeds"));
        return bad == 0;
    }

    /// <summary>One seed.</summary>
    private sealed class ColdSeed(int seed, string folder, ColdBenchOptions options)
    {
        private const double FaultRate = 0.03;
        private readonly Random _random = new(seed);
        private readonly ColdLedger _ledger = new(seed);
        private readonly LocalObjectStore _store = LocalObjectStore.Open(Path.Combine(folder, "store"), TimeProvider.System);
        private readonly FileAges _ages = new();
        private readonly SteppedTime _time = new();
        private readonly Lock _lock = new();
        private TaskCompletionSource _wake = new();
        private int _round;
        private int _awayCalls;

        public List<string> Problems { get; } = [];

        public long Faults { get; private set; }

        public int Killed { get; private set; }

        public int KilledProcesses { get; private set; }

        public int Zombies { get; private set; }

        public int Fenced { get; private set; }

        public long Rows { get; private set; }

        private ColdCheck Check => field ??= new ColdCheck(_store, _time, ColdLedger.Tables, Add);

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            var sleeping = new List<Task>();
            var killRounds = Enumerable.Range(1, options.Rounds).OrderBy(_ => _random.Next()).Take(options.Program is null ? 0 : options.Kills).ToHashSet();
            for (_round = 1; _round <= options.Rounds; _round++)
            {
                _ages.Round = _round;
                _ledger.Advance();
                _time.Jump(TimeSpan.FromHours(2 + ((_random.NextDouble() * 2) - 1)));
                if (killRounds.Contains(_round)) await KillProcessAsync(cancellationToken);

                // The store is away for the whole round, or for its first calls.
                _awayCalls = _random.Next(8) switch
                {
                    0 => int.MaxValue,
                    1 => _random.Next(1, 200),
                    _ => 0,
                };
                var awake = sleeping.ToList();
                var before = _wake;
                _wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                before.SetResult();
                var actors = new List<(Task Task, Task Asleep)>();
                for (var i = _random.Next(1, 4); i > 0; i--) actors.Add(Begin(maintains: false, cancellationToken));
                if (_random.Next(5) < 2) actors.Add(Begin(maintains: true, cancellationToken));
                sleeping.Clear();
                foreach (var (task, asleep) in actors)
                {
                    if (await Task.WhenAny(task, asleep) == task) await task;
                    else sleeping.Add(task);
                }

                await Task.WhenAll(awake);
                await Check.LookAsync(_round, cancellationToken);
            }

            _awayCalls = 0;
            _wake.SetResult();
            await Task.WhenAll(sleeping);
            await FinishAsync(cancellationToken);
        }

        private (Task Task, Task Asleep) Begin(bool maintains, CancellationToken cancellationToken)
        {
            var asleep = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var (wake, number) = (_wake, _random.Next());
            var unsteady = new UnsteadyStore(_store, _ages, new Random(number), new UnsteadyOptions
            {
                FaultRate = FaultRate,
                IsAway = () => _awayCalls > 0 && Interlocked.Decrement(ref _awayCalls) >= 0,
                SleepAsync = async () =>
                {
                    lock (_lock) Zombies++;
                    asleep.TrySetResult();
                    await wake.Task;
                },
            });
            return (Task.Run(() => ActAsync(unsteady, maintains, cancellationToken), cancellationToken), asleep.Task);
        }

        private async Task ActAsync(UnsteadyStore store, bool maintains, CancellationToken cancellationToken)
        {
            try
            {
                using var cold = await ColdWorker.OpenAsync(store, _ledger, folder, _time, cancellationToken);
                foreach (var table in ColdLedger.Tables)
                {
                    try
                    {
                        if (maintains)
                        {
                            await cold.MaintainAsync(table, cancellationToken);
                            continue;
                        }

                        var outcome = await cold.ExportAsync(table, cancellationToken);
                        if (outcome.Behind.Length > 0) Add($"{table.Name}: behind although nothing was lost: {string.Join(", ", outcome.Behind)}");
                    }
                    catch (FencedException)
                    {
                        lock (_lock) Fenced++;
                    }
                    catch (K2Exception)
                    {
                        // The store failed: the next run goes on.
                    }
                }
            }
            catch (StartupException)
            {
                // The store failed while it was opened.
            }
            catch (ExporterKilledException)
            {
                lock (_lock) Killed++;
            }
            finally
            {
                lock (_lock) Faults += store.Faults;
            }
        }

        private async Task KillProcessAsync(CancellationToken cancellationToken)
        {
            var culture = CultureInfo.InvariantCulture;
            string[] arguments = ["--worker", folder, "--first-seed", seed.ToString(culture), "--round", _round.ToString(culture), "--kill-at", _random.Next(1, 160).ToString(culture)];
            var (exitCode, error) = await ColdWorker.StartAsync(options.Program!, _random.Next(2) == 0 ? arguments : [.. arguments, "--kill-after"], cancellationToken);
            if (exitCode == ColdWorker.ExitCodeBySignal) KilledProcesses++;
            else if (exitCode != 0) Add($"the process ended with {exitCode}: {error}");
            await foreach (var item in _store.ListAsync("", cancellationToken)) _ages.Met(item.Key);
        }

        private async Task FinishAsync(CancellationToken cancellationToken)
        {
            using var cold = await ColdWorker.OpenAsync(new UnsteadyStore(_store, _ages, new Random(0), new UnsteadyOptions()), _ledger, folder, _time, cancellationToken);
            foreach (var table in ColdLedger.Tables)
            {
                await cold.ExportAsync(table, cancellationToken);
                await Check.CompareAsync(_ledger, table, "after the last export", cancellationToken);
                await cold.MaintainAsync(table, cancellationToken);
                await Check.CompareAsync(_ledger, table, "after maintenance", cancellationToken);
                if ((await cold.MaintainAsync(table, cancellationToken)).IsChange) Add($"{table.Name}: maintenance done again changed something");
                if ((await cold.ExportAsync(table, cancellationToken)).Rows > 0) Add($"{table.Name}: an export after the last one wrote rows");
                foreach (var problem in (await cold.AuditAsync(table, null, cancellationToken)).Problems) Add($"{table.Name}: {problem}");
                Rows += _ledger.Rows(table).Count;
            }
        }

        private void Add(string problem)
        {
            lock (_lock) Problems.Add(problem);
        }
    }
}
