using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using K2.Abstractions.Diagnostics;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Faults;

/// <summary>
/// <c>k2 bench faults</c>: random faults on all three simulated exchanges at once; after settling, <c>silver_trades</c>, candles and gaps in ClickHouse must
/// equal the exchanges' ledgers. In the virtual world a seed fixes every step, so that one that fails can be run again; over real sockets it fixes trades and
/// faults, and what happens first is the machine's.
/// </summary>
internal sealed class FaultBench(TextWriter output, Func<FeedWorld> newWorld)
{
    private const int Trades = 600;
    private const int FaultsPerExchange = 8;
    private const int AtOnce = 6;
    private static readonly Exchange[] Exchanges = [Exchange.Binance, Exchange.Kraken, Exchange.Coinbase];
    private static readonly FaultKind[] MendedAtOnce = [FaultKind.DropFrames, FaultKind.DuplicateFrames, FaultKind.ReorderFrames, FaultKind.MalformedFrames, FaultKind.LateTrade, FaultKind.ClockSkew];
    private readonly Lock _gate = new();
    private readonly SortedDictionary<FaultKind, long> _fired = [];
    private long _filled;
    private long _backfilled;
    private long _trades;
    private TimeSpan _slowestFinding;

    /// <summary>Runs seeds, several at once; true if all equal their ledgers.</summary>
    public async Task<bool> RunAsync(int firstSeed, int seeds, string folder, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await using var warehouse = await StartWarehouseAsync(folder, cancellationToken);
        var failed = 0;
        var slowest = TimeSpan.Zero;
        await Parallel.ForEachAsync(Enumerable.Range(firstSeed, seeds), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, async (seed, token) =>
        {
            var (differences, settled, trace) = await RunSeedAsync(seed, warehouse, token);
            lock (_gate)
            {
                if (settled > slowest) slowest = settled;
                if (differences.Count > 0) failed++;
                Print(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {(differences.Count == 0 ? "equal" : "DIFFERENT")}, settled {settled.TotalSeconds:0.0} s after the last trade, trace {trace:x16}"));
                foreach (var line in differences.Take(10)) Print("  " + line);
            }
        });

        Print("faults: " + string.Join(", ", _fired.Select(fault => $"{fault.Key} {fault.Value}")));
        Print(string.Create(CultureInfo.InvariantCulture, $"{_trades} trades, {_filled} gaps filled, each recorded within {_slowestFinding.TotalMilliseconds:0} ms of what showed it, {_backfilled} trades by REST, slowest settling {slowest.TotalSeconds:0.0} s, {watch.Elapsed.TotalSeconds:0} s in all"));
        Print(failed == 0 ? $"PASSED: {seeds} seeds equal their ledgers" : $"FAILED: {failed} of {seeds} seeds differ");
        return failed == 0;
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }

    private static IReadOnlyList<ScriptedFault> Script(int seed, int exchange, TimeSpan longest)
    {
        var faults = FaultScripts.Random((ulong)((seed * 3) + exchange), Trades, FaultsPerExchange, longest);

        // In every fourth seed one exchange also restarts the ids of an instrument. What was lost of the old ids then cannot be asked for any more,
        // so around it only such faults happen as are mended at once.
        if (seed % 4 != 0 || exchange != seed / 4 % 3) return faults;
        return
        [
            .. faults.Where(fault => MendedAtOnce.Contains(fault.Kind) && fault.AfterTrades is (< Trades / 4 or > Trades * 3 / 4))
                .Append(new ScriptedFault(Trades / 2, FaultKind.IdRestart, 0, default)).OrderBy(fault => fault.AfterTrades),
        ];
    }

    /// <summary>Starts the engine that takes the rows of all seeds; each seed has instruments of its own.</summary>
    public static async Task<WarehouseHost> StartWarehouseAsync(string folder, CancellationToken cancellationToken) => await WarehouseHost.StartAsync(
        new WarehouseOptions { DataFolder = folder, Port = 0 }, new InstrumentTable([]), new PipelineCounters(), NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, cancellationToken);

    /// <summary>Runs one seed and returns what differs, how long settling took, and the hash of all that reached the books.</summary>
    /// <param name="seed">Any number above 0.</param>
    /// <param name="warehouse">Takes the rows; null to leave writing and comparing out.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    public async Task<(IReadOnlyList<string> Differences, TimeSpan Settled, ulong Trace)> RunSeedAsync(int seed, WarehouseHost? warehouse, CancellationToken cancellationToken)
    {
        var world = newWorld();
        var feeds = new List<SimulatedFeed>();
        var settled = TimeSpan.Zero;
        try
        {
            await world.RunAsync(async () =>
            {
                try
                {
                    for (var i = 0; i < Exchanges.Length; i++) feeds.Add(await SimulatedFeed.StartAsync(Exchanges[i], (ulong)seed, Trades, Script(seed, i, world.LongestFault), world, warehouse?.Writer, cancellationToken));
                    foreach (var feed in feeds) await feed.Venue.Finished;

                    var since = world.Time.GetTimestamp();
                    foreach (var feed in feeds) await feed.SettleAsync(cancellationToken);
                    settled = world.Time.GetElapsedTime(since);
                }
                finally
                {
                    foreach (var feed in feeds) await feed.StopAsync();
                }
            });
            lock (_gate)
            {
                foreach (var feed in feeds)
                {
                    foreach (var (kind, count) in feed.Venue.FaultsFired) _fired[kind] = _fired.GetValueOrDefault(kind) + count;
                    _filled += feed.Feed.Filled;
                    _backfilled += feed.Feed.Backfilled;
                    _trades += feed.Venue.Ledger.Made;
                    if (feed.Sink.SlowestFinding > _slowestFinding) _slowestFinding = feed.Sink.SlowestFinding;
                }
            }

            var trace = new XxHash64();
            var differences = new List<string>();
            foreach (var feed in feeds)
            {
                trace.Append(MemoryMarshal.AsBytes([feed.Sink.Trace]));
                if (warehouse is not null) differences.AddRange(await feed.CompareAsync(warehouse, cancellationToken));
            }

            return (differences, settled, trace.GetCurrentHashAsUInt64());
        }
        finally
        {
            foreach (var feed in feeds) feed.Dispose();
        }
    }
}
