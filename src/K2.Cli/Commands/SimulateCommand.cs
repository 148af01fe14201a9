using System.CommandLine;
using System.Globalization;
using K2.Cli.Simulation;
using K2.Domain.Instruments;
using K2.Exchanges;

namespace K2.Cli.Commands;

/// <summary><c>k2 simulate</c>: exchanges in a process of their own, which outlive the silos that connect to them.</summary>
internal static class SimulateCommand
{
    private const int MaxTradesPerSecond = 100_000;
    private const int KeptTrades = 200_000;
    private static readonly TimeSpan Report = TimeSpan.FromSeconds(10);

    public static Command Create(CliServices services)
    {
        var exchanges = new Option<string[]>("--exchanges") { Description = "binance, kraken, coinbase (default: all)", AllowMultipleArgumentsPerToken = true };
        var rate = new Option<int>("--trades-per-second") { Description = "over all exchanges, 1 to 100000", DefaultValueFactory = _ => 50 };
        var seed = new Option<int>("--seed") { Description = "same seed, same trades but for their times", DefaultValueFactory = _ => 1 };
        var port = new Option<int>("--port") { Description = "port of the first exchange, the others follow (default: free ones)" };
        var history = new Option<int>("--history") { Description = "trades of each instrument from before the start", DefaultValueFactory = _ => 120 };
        var faults = new Option<int>("--fault-every") { Description = "seconds between random faults; 0 for none" };
        var command = new Command("simulate", "run simulated exchanges on loopback, over their real WebSocket and REST protocols, until Ctrl-C") { exchanges, rate, seed, port, history, faults };
        command.SetAction(async (result, cancellationToken) =>
        {
            var names = result.GetValue(exchanges) ?? [];
            var wanted = names.Length == 0 ? [.. ExchangeNames.All] : names.Select(name => ExchangeNames.TryParse(name, out var exchange) ? exchange : throw CliException.Usage($"--exchanges '{name}' is unknown: write binance, kraken or coinbase.")).Distinct().ToList();
            var options = new SimulationOptions
            {
                Seed = (ulong)Checked("--seed", result.GetValue(seed), 0, int.MaxValue),
                TradesPerSecond = Checked("--trades-per-second", result.GetValue(rate), 1, MaxTradesPerSecond),
                HistoryTrades = Checked("--history", result.GetValue(history), 0, KeptTrades),
                KeptTrades = KeptTrades,
                FirstPort = Checked("--port", result.GetValue(port), 0, 65_535 - wanted.Count),
            };
            var every = Checked("--fault-every", result.GetValue(faults), 0, 86_400);
            var instruments = InstrumentFile.Load(Path.Combine(AppContext.BaseDirectory, "instruments.yaml"));
            await using var venues = await SimulatedVenues.StartAsync(instruments, wanted, options, cancellationToken);
            await RunAsync(venues, every, options.Seed, services, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task RunAsync(SimulatedVenues venues, int faultEvery, ulong seed, CliServices services, CancellationToken cancellationToken)
    {
        var output = services.Terminal.Out;
        foreach (var venue in venues.All) await output.WriteLineAsync($"{venue.Exchange.ToName(),-9} {venue.WebSocketEndpoint}   {venue.RestEndpoint}");
        await output.WriteLineAsync("SIMULATED exchanges; no real market data. Connect a silo with:");
        await output.WriteLineAsync($"dotnet run --project silo -c Release -- {string.Join(' ', venues.SiloArguments)}");
        await output.FlushAsync(cancellationToken);

        var script = new FaultStorm(venues, seed);
        var (start, lastReport, lastFault) = (services.Time.GetTimestamp(), services.Time.GetTimestamp(), services.Time.GetTimestamp());
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), services.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (faultEvery > 0 && services.Time.GetElapsedTime(lastFault) >= TimeSpan.FromSeconds(faultEvery))
                {
                    lastFault = services.Time.GetTimestamp();
                    await output.WriteLineAsync(script.Next());
                }

                if (services.Time.GetElapsedTime(lastReport) < Report) continue;
                lastReport = services.Time.GetTimestamp();
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{services.Time.GetElapsedTime(start).TotalSeconds:0} s: {venues.Made} trades"));
                await output.FlushAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{venues.Made} trades were made"));
        }
    }

    /// <summary>Returns a number that lies within its bounds.</summary>
    /// <exception cref="CliException">It does not.</exception>
    internal static int Checked(string option, int value, int least, int most) =>
        value >= least && value <= most ? value : throw CliException.Usage($"{option} takes a whole number from {least} to {most}.");
}
