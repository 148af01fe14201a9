using K2.Abstractions;
using K2.Abstractions.Cold.Tables;
using K2.Domain.Candles;

namespace K2.Cli.Bench.Cold;

/// <summary>A short history of a table of trades and a table of candles, the same in every process.</summary>
internal static class ColdScript
{
    private const int Seed = 1;
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    /// <summary>The tables that are exported and maintained.</summary>
    public static IReadOnlyList<ColdTable> Tables { get; } = [ColdTables.SilverTrades, ColdTables.Gold.Single(table => table.Timeframe == Timeframe.OneMinute)];

    /// <summary>The steps. The data begin at 21:20, so that the fourth export lies behind midnight and the first day can be compacted.</summary>
    public static IReadOnlyList<ColdStep> Steps { get; } =
    [
        new("the first export makes the tables", false, Quarter, Quarter, [("binance", "BTC/USDT", [10, 40, 70, 130, 500, 899])]),
        new("an append, a second exchange", false, Quarter, Quarter, [("binance", "BTC/USDT", [910, 1000, 1700]), ("kraken", "BTC/USD", [1200, 1300])]),
        new("a late trade and a revised candle, a second symbol", false, Quarter, Quarter, [("binance", "BTC/USDT", [45, 1900]), ("binance", "ETH/USDT", [2000])]),
        new("a new day", false, TimeSpan.FromHours(2), TimeSpan.FromHours(2), [("binance", "BTC/USDT", [9500, 9650, 9700]), ("kraken", "BTC/USD", [9590, 9610])]),
        new("maintenance compacts the first day and lets snapshots expire", true, TimeSpan.FromHours(2), TimeSpan.Zero, []),
        new("a late trade into a compacted day", false, Quarter, Quarter, [("binance", "BTC/USDT", [46, 9950])]),
        new("maintenance compacts again and sweeps", true, TimeSpan.FromHours(4), TimeSpan.Zero, []),
        new("maintenance sweeps what was compacted", true, TimeSpan.FromHours(4), TimeSpan.Zero, []),
    ];

    /// <summary>The data as a step finds them.</summary>
    public static ColdLedger LedgerAt(int step)
    {
        var ledger = new ColdLedger(Seed);
        foreach (var past in Steps.Take(step + 1)) ledger.Advance(past);
        return ledger;
    }

    /// <summary>The clock as a step finds it.</summary>
    public static SteppedTime TimeAt(int step)
    {
        var time = new SteppedTime();
        foreach (var past in Steps.Take(step + 1)) time.Jump(past.Pause);
        return time;
    }

    /// <summary>The first step behind one whose export brings more; null if there is none.</summary>
    public static int? NextExport(int step) => Enumerable.Range(step + 1, Steps.Count - step - 1).Where(next => !Steps[next].Maintains).Select(next => (int?)next).FirstOrDefault();

    /// <summary>Exports or maintains all tables. Returns what was done with each that did not fail.</summary>
    /// <param name="cold">The cold tier.</param>
    /// <param name="maintains">Which of both.</param>
    /// <param name="failed">Is told of what failed; the next table follows then, as in the platform. Null to end by it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<IReadOnlyDictionary<string, ColdStepOutcome>> RunAsync(ColdTier.ColdTier cold, bool maintains, Action<K2Exception>? failed, CancellationToken cancellationToken)
    {
        var done = new Dictionary<string, ColdStepOutcome>(StringComparer.Ordinal);
        foreach (var table in Tables)
        {
            try
            {
                done[table.Name] = maintains && await cold.MaintainAsync(table, cancellationToken) is var maintained
                    ? new ColdStepOutcome(0, maintained.CompactedPartitions, maintained.ExpiredSnapshots, maintained.DeletedFiles)
                    : new ColdStepOutcome((await cold.ExportAsync(table, cancellationToken)).Rows, 0, 0, 0);
            }
            catch (K2Exception failure) when (failed is not null)
            {
                failed(failure);
            }
        }

        return done;
    }
}
