using System.Diagnostics;
using K2.Abstractions.Cold;
using K2.ColdTier;
using K2.ColdTier.Stores;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Cold;

/// <summary>One exporter of the bench: a cold tier over a ledger. As a process of its own it kills itself at a given call of the store, by SIGKILL.</summary>
internal static class ColdWorker
{
    /// <summary>How a process ends that SIGKILL has ended.</summary>
    public const int ExitCodeBySignal = 137;

    /// <summary>Opens a cold tier over a ledger.</summary>
    public static Task<ColdTier.ColdTier> OpenAsync(IObjectStore store, ColdLedger ledger, string folder, TimeProvider time, CancellationToken cancellationToken)
    {
        var source = new LedgerSource(ledger);
        var options = new ColdOptions
        {
            Folder = folder,
            TemporaryFolder = Directory.CreateDirectory(Path.Combine(folder, "tmp-" + Guid.NewGuid().ToString("N"))).FullName,
            FileBytes = 1 << 20,
            RowsPerCommit = 100_000,
            FramesPerCommit = 20,
            KeepSnapshots = TimeSpan.FromHours(1),
            Grace = TimeSpan.FromHours(3),
        };
        return ColdTier.ColdTier.OpenAsync(options, store, source, () => source, ExchangeNames.All, time, cancellationToken);
    }

    /// <summary>Exports all tables once in this process, which may not live to see the end.</summary>
    public static async Task RunAsync(string folder, int seed, int round, UnsteadyOptions options, CancellationToken cancellationToken)
    {
        var ledger = new ColdLedger(seed);
        for (var i = 0; i < round; i++) ledger.Advance();
        using var cold = await OpenAsync(Store(folder, options), ledger, folder, TimeProvider.System, cancellationToken);
        foreach (var table in ColdLedger.Tables) await cold.ExportAsync(table, cancellationToken);
    }

    /// <summary>Runs a step of the script in this process, which may not live to see the end.</summary>
    public static async Task RunStepAsync(string folder, int step, UnsteadyOptions options, CancellationToken cancellationToken)
    {
        using var cold = await OpenAsync(Store(folder, options), ColdScript.LedgerAt(step), folder, ColdScript.TimeAt(step), cancellationToken);
        await ColdScript.RunAsync(cold, ColdScript.Steps[step].Maintains, null, cancellationToken);
    }

    /// <summary>Runs a worker as a process of its own until it ends.</summary>
    public static async Task<(int ExitCode, string Error)> StartAsync(IReadOnlyList<string> program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), "bench", "cold", .. arguments]) { RedirectStandardError = true };

        // Who is killed leaves his diagnostic pipes in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, error);
    }

    /// <summary>The folder's store as a worker sees it that kills itself by SIGKILL.</summary>
    private static UnsteadyStore Store(string folder, UnsteadyOptions options) =>
        new(LocalObjectStore.Open(Path.Combine(folder, "store"), TimeProvider.System), new FileAges(), new Random(0), options with { Killed = () => Process.GetCurrentProcess().Kill() });
}
