using System.Diagnostics;
using K2.Abstractions.Cold;
using K2.ColdTier;
using K2.ColdTier.Stores;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Cold;

/// <summary>One exporter of the bench: a cold tier over a ledger. As a process of its own it kills itself at a given call of the store, by SIGKILL.</summary>
internal static class ColdWorker
{
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
    public static async Task RunAsync(string folder, int seed, int round, int killAt, bool killAfter, CancellationToken cancellationToken)
    {
        var ledger = new ColdLedger(seed);
        for (var i = 0; i < round; i++) ledger.Advance();
        var options = new UnsteadyOptions { KillAtCall = killAt, KillAfter = killAfter, Killed = () => Process.GetCurrentProcess().Kill() };
        var store = new UnsteadyStore(LocalObjectStore.Open(Path.Combine(folder, "store"), TimeProvider.System), new FileAges(), new Random(0), options);
        using var cold = await OpenAsync(store, ledger, folder, TimeProvider.System, cancellationToken);
        foreach (var table in ColdLedger.Tables) await cold.ExportAsync(table, cancellationToken);
    }
}
