using System.Globalization;
using K2.Cli.Simulation;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;

namespace K2.Cli.Bench.Soak;

/// <summary>
/// <c>k2 bench outage</c>: under load, Kraken's network is cut for 90 s, Binance's REST API answers 429 for 30 s while its connections are cut, and
/// the silo is killed and started again 60 s later. What was missed must be there within 10 s after REST answers, the other exchanges must not be
/// delayed meanwhile, and the tables must equal the ledgers.
/// </summary>
internal sealed class OutageBench(SoakOptions options, InstrumentTable instruments, TextWriter output, TimeProvider time)
{
    private const double FillLimit = 10;

    // A machine of two cores is also the exchanges': what counts is whether an outage of one makes the others slower.
    private const double DelayFactor = 2;
    private const double DelaySlack = 0.5;
    private bool _failed;

    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var simulation = new SimulationOptions { Seed = (ulong)options.Seed, TradesPerSecond = options.TradesPerSecond };
        await using var rig = await PlatformRig.StartAsync(instruments, simulation, options.Silo, options.Folder, time, cancellationToken);
        Print($"seed {options.Seed}, {options.TradesPerSecond} trades/s over {instruments.All.Count} instruments");
        var calm = await PhaseAsync(20, cancellationToken);
        var cut = await NetworkCutAsync(rig, Exchange.Kraken, 90, cancellationToken);
        await TooManyRequestsAsync(rig, Exchange.Binance, 30, cancellationToken);
        await OthersAsync(rig, calm, cut, Exchange.Kraken, cancellationToken);
        await KillAsync(rig, 60, cancellationToken);
        await PhaseAsync(10, cancellationToken);
        await rig.SettleAsync(cancellationToken);
        foreach (var connector in await rig.ConnectorsAsync(cancellationToken))
            Print($"{connector.Exchange}: since the last start {connector.GapsFound} gaps found, {connector.GapsFilled} filled, {connector.GapsUnfillable} unfillable, {connector.Backfilled} trades by REST");
        Check(rig.Venues.All.All(venue => venue.LimitsExceeded == 0), $"requests and messages beyond the exchanges' limits: {rig.Venues.All.Sum(venue => venue.LimitsExceeded)}");
        await rig.StopAsync(cancellationToken);

        var (differences, trades, candles) = await new LedgerComparison(instruments, time).CompareAsync(options.Folder, rig.Venues.All, cancellationToken);
        foreach (var line in differences.Take(20)) Print("  " + line);
        Check(differences.Count == 0, $"{trades} trades and {candles} candles compared with the ledgers");
        Print(_failed ? "FAILED: outage" : "PASSED: outage, ledger equal");
        return !_failed;
    }

    private async Task<(DateTimeOffset From, DateTimeOffset To)> NetworkCutAsync(PlatformRig rig, Exchange exchange, double seconds, CancellationToken cancellationToken)
    {
        rig.Venues.Of(exchange).Inject(FaultKind.NetworkDown, 1, TimeSpan.FromSeconds(seconds * options.Scale));
        var phase = await PhaseAsync(seconds, cancellationToken);
        await FilledAsync(rig, exchange, $"{exchange.ToName()} cut for {phase.To - phase.From:mm\\:ss}", cancellationToken);
        return phase;
    }

    private async Task TooManyRequestsAsync(PlatformRig rig, Exchange exchange, double seconds, CancellationToken cancellationToken)
    {
        var venue = rig.Venues.Of(exchange);
        venue.Inject(FaultKind.RestTooManyRequests, 1, TimeSpan.FromSeconds(seconds * options.Scale));
        venue.Inject(FaultKind.CutConnections, 1, TimeSpan.Zero);
        var phase = await PhaseAsync(seconds, cancellationToken);
        await FilledAsync(rig, exchange, $"{exchange.ToName()} with 429 for {phase.To - phase.From:mm\\:ss} and its connections cut", cancellationToken);
    }

    private async Task KillAsync(PlatformRig rig, double seconds, CancellationToken cancellationToken)
    {
        await rig.KillAsync(cancellationToken);
        await PhaseAsync(seconds, cancellationToken);
        var start = time.GetTimestamp();
        await rig.StartSiloAsync(cancellationToken);
        Print(string.Create(CultureInfo.InvariantCulture, $"killed, started again after {seconds * options.Scale:0} s, all subscriptions confirmed {time.GetElapsedTime(start).TotalSeconds:0.0} s later"));
        foreach (var venue in rig.Venues.All) await FilledAsync(rig, venue.Exchange, $"{venue.Exchange.ToName()} after the kill", cancellationToken);
    }

    /// <summary>Measures how long it takes until all that was traded up to now is stored.</summary>
    private async Task FilledAsync(PlatformRig rig, Exchange exchange, string what, CancellationToken cancellationToken)
    {
        var made = rig.Venues.Of(exchange).Ledger.Trades.Count;
        var start = time.GetTimestamp();
        var missing = made - await rig.StoredAsync(exchange, cancellationToken);
        await rig.UntilAsync(
            async () => await rig.HasAllAsync(exchange, made, cancellationToken) && (await rig.ConnectorsAsync(cancellationToken)).First(connector => connector.Exchange == exchange.ToName()).OpenGaps == 0,
            what,
            cancellationToken,
            mayExpire: true);
        var elapsed = time.GetElapsedTime(start).TotalSeconds;
        Check(elapsed < FillLimit, string.Create(CultureInfo.InvariantCulture, $"{what}: {missing} trades were missing, all there {elapsed:0.0} s after REST answered"));
    }

    /// <summary>From exchange time to table, of the exchanges that had no fault: during the outage against before.</summary>
    private async Task OthersAsync(PlatformRig rig, (DateTimeOffset From, DateTimeOffset To) calm, (DateTimeOffset From, DateTimeOffset To) cut, Exchange faulty, CancellationToken cancellationToken)
    {
        var before = await DelayAsync(rig, calm, faulty, cancellationToken);
        var during = await DelayAsync(rig, cut, faulty, cancellationToken);
        Check(
            during.Most <= (before.Most * DelayFactor) + DelaySlack,
            string.Create(CultureInfo.InvariantCulture, $"other exchanges, trade to table: median {before.Median:0.000} s, 99 % within {before.Most:0.000} s before; median {during.Median:0.000} s, 99 % within {during.Most:0.000} s during the cut"));
    }

    private static async Task<(double Median, double Most)> DelayAsync(PlatformRig rig, (DateTimeOffset From, DateTimeOffset To) phase, Exchange faulty, CancellationToken cancellationToken)
    {
        var text = await rig.QueryAsync(
            $"SELECT quantileExact(0.5)(delay), quantileExact(0.99)(delay) FROM (SELECT (toUnixTimestamp64Micro(ingestion_timestamp) - toUnixTimestamp64Micro(timestamp)) / 1000000 AS delay FROM k2.silver_trades WHERE exchange != '{faulty.ToName()}' AND timestamp >= fromUnixTimestamp64Milli({Milliseconds(phase.From)}) AND timestamp < fromUnixTimestamp64Milli({Milliseconds(phase.To)}))",
            cancellationToken);
        var parts = text.Split('\t');
        return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static string Milliseconds(DateTimeOffset moment) => moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    private async Task<(DateTimeOffset From, DateTimeOffset To)> PhaseAsync(double seconds, CancellationToken cancellationToken)
    {
        var from = time.GetUtcNow();
        await Task.Delay(TimeSpan.FromSeconds(seconds * options.Scale), time, cancellationToken);
        return (from, time.GetUtcNow());
    }

    private void Check(bool holds, string what)
    {
        _failed |= !holds;
        Print($"{(holds ? "ok    " : "FAILED")} {what}");
    }

    private void Print(string line)
    {
        output.WriteLine(line);
        output.Flush();
    }
}
