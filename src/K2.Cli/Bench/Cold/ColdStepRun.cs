using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.ColdTier.Stores;

namespace K2.Cli.Bench.Cold;

/// <summary>A step of the script in a copy of the files of its own.</summary>
internal sealed class ColdStepRun(int step, string folder, IReadOnlyList<string>? program, Action<string, int> count, Action<string> add)
{
    private readonly LocalObjectStore _store = LocalObjectStore.Open(Path.Combine(folder, "store"), TimeProvider.System);

    /// <summary>The number of the step, from 0.</summary>
    public int Step => step;

    /// <summary>Whether the step is maintenance; else an export.</summary>
    public bool Maintains => ColdScript.Steps[step].Maintains;

    /// <summary>The command line by which processes are started; null to have none.</summary>
    public IReadOnlyList<string>? Program => program;

    /// <summary>The files.</summary>
    public IObjectStore Files => _store;

    /// <summary>The data of the step.</summary>
    public ColdLedger Ledger { get; } = ColdScript.LedgerAt(step);

    /// <summary>The clock of those who are disturbed.</summary>
    public SteppedTime Time { get; } = ColdScript.TimeAt(step);

    /// <summary>Looks at the tables.</summary>
    public ColdCheck Check => field ??= new ColdCheck(_store, Time, ColdScript.Tables, add);

    /// <summary>Says what has happened how often.</summary>
    public void Count(string kind, int times = 1) => count(kind, times);

    /// <summary>Says that something is wrong.</summary>
    public void Add(string problem) => add(problem);

    /// <summary>The store as one exporter sees it.</summary>
    public UnsteadyStore Store(UnsteadyOptions options) => new(_store, new FileAges(), new Random(0), options);

    /// <summary>Opens an exporter.</summary>
    public Task<ColdTier.ColdTier> OpenAsync(UnsteadyStore store, ColdLedger ledger, TimeProvider time, CancellationToken cancellationToken) => ColdWorker.OpenAsync(store, ledger, folder, time, cancellationToken);

    /// <summary>Opens an exporter by the disturbed clock and lets it export or maintain all tables.</summary>
    public async Task<IReadOnlyDictionary<string, ColdStepOutcome>> ActAsync(UnsteadyOptions options, bool maintains, ColdLedger ledger, Action<K2Exception>? failed, CancellationToken cancellationToken)
    {
        try
        {
            using var cold = await OpenAsync(Store(options), ledger, Time, cancellationToken);
            return await ColdScript.RunAsync(cold, maintains, failed, cancellationToken);
        }
        catch (StartupException failure) when (failed is not null)
        {
            failed(failure);
            return new Dictionary<string, ColdStepOutcome>();
        }
    }

    /// <summary>Starts a process that runs the step and is killed at a call; 0 for none.</summary>
    public Task<(int ExitCode, string Error)> StartAsync(int killAt, bool isAfter, CancellationToken cancellationToken) =>
        ColdWorker.StartAsync(program!, ["--steps", "--worker", folder, "--round", Text(step), "--kill-at", Text(killAt), .. isAfter ? ["--kill-after"] : Array.Empty<string>()], cancellationToken);

    /// <summary>What comes after the disturbed one and finds only the files: it does the step, and exports what there is.</summary>
    public async Task FinishAsync(ColdLedger ledger, CancellationToken cancellationToken)
    {
        await Check.LookAsync(1, cancellationToken);
        using var cold = await OpenAsync(Store(new UnsteadyOptions()), ledger, ColdScript.TimeAt(step), cancellationToken);
        if (Maintains) await ColdScript.RunAsync(cold, true, null, cancellationToken);
        if (!Maintains || ledger != Ledger) await ColdScript.RunAsync(cold, false, null, cancellationToken);
    }

    /// <summary>Compares the tables with the data.</summary>
    public async Task VerifyAsync(ColdLedger ledger, CancellationToken cancellationToken)
    {
        foreach (var table in ColdScript.Tables) await Check.CompareAsync(ledger, table, "in the end", cancellationToken);
        using var cold = await OpenAsync(Store(new UnsteadyOptions()), ledger, ColdScript.TimeAt(step), cancellationToken);
        foreach (var table in ColdScript.Tables)
        {
            var again = await cold.ExportAsync(table, cancellationToken);
            if (again.Rows > 0 || again.Behind.Length > 0) add($"{table.Name}: an export after the last one wrote {again.Rows} rows and is behind in {again.Behind.Length} parts");
            foreach (var problem in (await cold.AuditAsync(table, null, cancellationToken)).Problems) add($"{table.Name}: {problem}");
        }
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
