using System.CommandLine;

namespace K2.Cli.Bench.Original;

/// <summary>The options of <c>k2 bench original</c>.</summary>
internal static class OriginalCommand
{
    public static Command Create(CliServices services)
    {
        var trades = new Option<long>("--trades") { Description = "simulated trades over 36 symbols", DefaultValueFactory = _ => 2_000_000 };
        var rounds = new Option<int>("--rounds") { Description = "alternating rounds", DefaultValueFactory = _ => 5 };
        var seed = new Option<int>("--seed") { Description = "fixes the trades", DefaultValueFactory = _ => 1 };
        var command = new Command("original", "Our tables beside the original's design on the same trades: wrong candles and insert speed, as a Markdown table.") { trades, rounds, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(trades) is >= 36_000 and <= 10_000_000 and var wanted ? wanted : throw CliException.Usage("--trades takes a whole number from 36000 to 10000000: they are kept in memory.");
            var often = parsed.GetValue(rounds) is > 0 and <= 100 and var repeats ? repeats : throw CliException.Usage("--rounds takes a whole number from 1 to 100.");
            var number = parsed.GetValue(seed) is >= 0 and <= 1_000_000 and var given ? given : throw CliException.Usage("--seed takes a whole number from 0 to 1000000.");
            var folder = Directory.CreateTempSubdirectory("k2-bench-original-").FullName;
            try
            {
                return await new OriginalBench(count, often, number, Path.Combine(folder, "data"), services.Terminal.Out, services.Time).RunAsync(cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        });
        return command;
    }
}
