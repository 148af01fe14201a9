using System.CommandLine;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Chaos;

/// <summary>The options of <c>k2 bench chaos</c>.</summary>
internal static class ChaosCommand
{
    private static readonly string[] Faults = ["return-before-durable", "commit-highest", "cursor-one-too-far"];

    public static Command Create(CliServices services, Func<InstrumentTable> instruments, Func<string?, string> silo)
    {
        var minutes = new Option<double>("--minutes") { Description = "length of the load over all phases", DefaultValueFactory = _ => 40 };
        var rate = new Option<int>("--trades-per-second") { Description = "trades written into the log each second while the silos keep up", DefaultValueFactory = _ => 3000 };
        var seed = new Option<int>("--seed") { Description = "fixes trades and disruptions", DefaultValueFactory = _ => 1 };
        var fault = new Option<string>("--fault") { Description = $"a mistake to switch on, which the run must find: {string.Join(", ", Faults)}", DefaultValueFactory = _ => "" };
        var phases = new Option<string[]>("--phases") { Description = $"some of {string.Join(", ", ChaosPhase.All.Select(phase => phase.Name))} (default: all)", AllowMultipleArgumentsPerToken = true };
        var between = new Option<double>("--seconds-between") { Description = "pause between two disruptions on average; every third follows at once", DefaultValueFactory = _ => 4 };
        var leastTrades = new Option<long>("--least-trades") { Description = "trades that must have been compared for the run to pass", DefaultValueFactory = _ => 0 };
        var leastDisruptions = new Option<int>("--least-disruptions") { Description = "disruptions that the run must have had to pass", DefaultValueFactory = _ => 0 };
        var exchangeRate = new Option<int>("--exchange-trades-per-second") { Description = "trades of the simulated exchanges each second, where the log gets others beside them", DefaultValueFactory = _ => 300 };
        var assembly = new Option<string?>("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };
        var command = new Command("chaos", "Kills, stops, brokers down and the like under load on three silos and on single ones; trades and candles must equal the ledgers.") { minutes, rate, exchangeRate, between, seed, fault, phases, leastTrades, leastDisruptions, assembly };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var length = parsed.GetValue(minutes) is > 0 and <= 10_000 and var given ? given : throw CliException.Usage("--minutes takes a number above 0, up to 10000.");
            var mistake = parsed.GetValue(fault)!;
            if (mistake.Length > 0 && !Faults.Contains(mistake)) throw CliException.Usage($"--fault '{mistake}' is none of {string.Join(", ", Faults)}.");
            var names = parsed.GetValue(phases) ?? [];
            var unknown = names.FirstOrDefault(name => ChaosPhase.All.All(phase => phase.Name != name));
            if (unknown is not null) throw CliException.Usage($"--phases '{unknown}' is none of {string.Join(", ", ChaosPhase.All.Select(phase => phase.Name))}.");
            var folder = Directory.CreateTempSubdirectory("k2-bench-chaos-").FullName;
            try
            {
                var options = new ChaosOptions
                {
                    Silo = silo(parsed.GetValue(assembly)),
                    Folder = folder,
                    Seed = parsed.GetValue(seed) is >= 0 and var number ? number : throw CliException.Usage("--seed takes a whole number from 0."),
                    Minutes = length,
                    TradesPerSecond = parsed.GetValue(rate) is >= 100 and <= 100_000 and var pace ? pace : throw CliException.Usage("--trades-per-second takes a whole number from 100 to 100000."),
                    ExchangeTradesPerSecond = parsed.GetValue(exchangeRate) is >= 3 and <= 100_000 and var venuePace ? venuePace : throw CliException.Usage("--exchange-trades-per-second takes a whole number from 3 to 100000."),
                    SecondsBetween = parsed.GetValue(between) is > 0 and <= 600 and var pause ? pause : throw CliException.Usage("--seconds-between takes a number above 0, up to 600."),
                    LeastTrades = parsed.GetValue(leastTrades),
                    LeastDisruptions = parsed.GetValue(leastDisruptions),
                    Fault = mistake,
                    Phases = names.Length == 0 ? ChaosPhase.All : [.. ChaosPhase.All.Where(phase => names.Contains(phase.Name))],
                };
                return await new ChaosBench(options, instruments(), services.Terminal.Out, services.Time).RunAsync(cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            catch (Exception failure) when (failure is TimeoutException or InvalidOperationException)
            {
                await services.Terminal.Out.WriteLineAsync($"FAILED: {failure.Message}");
                return ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        });
        return command;
    }
}
