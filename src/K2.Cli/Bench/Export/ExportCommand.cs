using System.CommandLine;

namespace K2.Cli.Bench.Export;

/// <summary>The options of <c>k2 bench export</c>.</summary>
internal static class ExportCommand
{
    public static Command Create(CliServices services)
    {
        var trades = new Option<long>("--trades") { Description = "trades of the large export", DefaultValueFactory = _ => 10_000_000 };
        var rate = new Option<int>("--trades-per-second") { Description = "trades of the quarter of an hour that all tables are brought up by", DefaultValueFactory = _ => 500 };
        var compacted = new Option<long>("--compact-trades") { Description = "trades that come in quarters of an hour through a day, and are then compacted; 0 leaves it out", DefaultValueFactory = _ => 0 };
        var command = new Command("export", "The export into the cold tables beside ClickHouse's own Parquet: rows a second, memory, bytes; a cycle over all tables; compaction.") { trades, rate, compacted };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = Directory.CreateTempSubdirectory("k2-bench-export-").FullName;
            try
            {
                var count = parsed.GetValue(trades) is >= 1000 and <= 1_000_000_000 and var given ? given : throw CliException.Usage("--trades takes a whole number from 1000 to 1000000000.");
                var pace = parsed.GetValue(rate) is >= 1 and <= 100_000 and var each ? each : throw CliException.Usage("--trades-per-second takes a whole number from 1 to 100000.");
                var joined = parsed.GetValue(compacted) is var many && many is 0 or (>= 1000 and <= 1_000_000_000) ? many : throw CliException.Usage("--compact-trades takes 0, or a whole number from 1000 to 1000000000.");
                return await new ExportBench(folder, count, pace, joined, services.Terminal.Out, services.Time).RunAsync(cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }
}
