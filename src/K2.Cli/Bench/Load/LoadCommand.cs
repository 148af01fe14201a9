using System.CommandLine;

namespace K2.Cli.Bench.Load;

/// <summary>The options of <c>k2 bench load</c>.</summary>
internal static class LoadCommand
{
    public static Command Create(CliServices services)
    {
        var trades = new Option<long>("--trades") { Description = "simulated trades over 36 symbols", DefaultValueFactory = _ => 100_000_000 };
        var seed = new Option<int>("--seed") { Description = "fixes trades and kills", DefaultValueFactory = _ => 1 };
        var kills = new Option<int>("--kills") { Description = "how often the engine's process is killed during the load", DefaultValueFactory = _ => 0 };
        var runs = new Option<int>("--runs") { Description = "runs of each query", DefaultValueFactory = _ => 200 };
        var data = new Option<string?>("--folder") { Description = "an empty folder for the tables, which is left there (default: a temporary one)" };
        var loaded = new Option<bool>("--loaded") { Description = "the folder was loaded by an earlier run with the same trades and seed: only disk and queries" };
        var outage = new Option<int>("--outage") { Description = "seconds that the engine's process stands still halfway (SIGSTOP), so that the writer's queue fills", DefaultValueFactory = _ => 0 };
        var command = new Command("load", "Simulated trades through the real writer into the real schema; rows must be right, queries are timed, disk is counted.") { trades, seed, kills, runs, data, loaded, outage };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var kept = parsed.GetValue(data);
            if (parsed.GetValue(loaded) && kept is null) throw CliException.Usage("--loaded needs the --folder that an earlier run has left.");
            var folder = kept ?? Directory.CreateTempSubdirectory("k2-bench-load-").FullName;
            try
            {
                var options = new LoadOptions
                {
                    Folder = folder,
                    Trades = parsed.GetValue(trades) is >= 3600 and var count ? count : throw CliException.Usage("--trades takes a whole number from 3600."),
                    Seed = parsed.GetValue(seed) is >= 0 and <= 1_000_000 and var number ? number : throw CliException.Usage("--seed takes a whole number from 0 to 1000000."),
                    Kills = parsed.GetValue(kills) is >= 0 and <= 1000 and var often ? often : throw CliException.Usage("--kills takes a whole number from 0 to 1000."),
                    Outage = parsed.GetValue(outage) is >= 0 and <= 3600 and var seconds ? TimeSpan.FromSeconds(seconds) : throw CliException.Usage("--outage takes a whole number of seconds from 0 to 3600."),
                    IsLoaded = parsed.GetValue(loaded),
                    Runs = parsed.GetValue(runs) is > 0 and <= 100_000 and var repeats ? repeats : throw CliException.Usage("--runs takes a whole number from 1 to 100000."),
                };
                return await new LoadBench(options, services.Terminal.Out, services.Time).RunAsync(cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                if (kept is null) Directory.Delete(folder, true);
            }
        });
        return command;
    }
}
