using System.CommandLine;
using K2.Cli.Bench.Chaos;
using K2.Cli.Bench.Cluster;
using K2.Cli.Bench.Cold;
using K2.Cli.Bench.Corrections;
using K2.Cli.Bench.Export;
using K2.Cli.Bench.Faults;
using K2.Cli.Bench.Fuzz;
using K2.Cli.Bench.Load;
using K2.Cli.Bench.Original;
using K2.Cli.Bench.Soak;
using K2.Domain.Instruments;
using K2.Exchanges;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench;

/// <summary><c>k2 bench NAME</c>: long proofs with real processes. The last line is a verdict, the exit code is right.</summary>
internal static class BenchCommand
{
    private const string DefaultCapture = "../shared/captures/binance-trade-2024-08-08.jsonl";

    public static Command Create(CliServices services) => new("bench", "Run a long proof with real processes; the last line is a verdict.") { Kill(services), Faults(services), Fuzz(services), Soak(services), Outage(services), LoadCommand.Create(services), OriginalCommand.Create(services), ChaosCommand.Create(services, Instruments, Silo), ClusterCommands.Failures(services, Instruments, Silo), ClusterCommands.Churn(services, Instruments, Silo), ClusterCommands.Cost(services, Silo), CorrectionsCommand.Create(services, Instruments, DefaultCapture, Existing, BuiltSilo), ColdCommand.Create(services), ExportCommand.Create(services) };

    private static Command Faults(CliServices services)
    {
        var seeds = new Option<int>("--seeds") { Description = "number of seeds", DefaultValueFactory = _ => 200 };
        var first = new Option<int>("--first-seed") { Description = "the first seed", DefaultValueFactory = _ => 1 };
        var real = new Option<bool>("--real-sockets") { Description = "over sockets of 127.0.0.1 and the machine's clock, instead of a network and a clock of its own in which a seed is the same each time" };
        var command = new Command("faults", "Random faults on three simulated exchanges; trades, candles and gaps must equal the exchanges' ledgers.") { seeds, first, real };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(seeds) is > 0 and var wanted ? wanted : throw CliException.Usage("--seeds takes a whole number from 1.");
            var folder = Directory.CreateTempSubdirectory("k2-bench-faults-").FullName;
            try
            {
                return await new FaultBench(services.Terminal.Out, parsed.GetValue(real) ? () => new LoopbackWorld() : () => new VirtualWorld()).RunAsync(parsed.GetValue(first), count, folder, cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        });
        return command;
    }

    private static Command Fuzz(CliServices services)
    {
        var frames = new Option<long>("--frames") { Description = "messages for each parser", DefaultValueFactory = _ => 1_000_000 };
        var seed = new Option<int>("--seed") { Description = "fixes the whole sequence of messages", DefaultValueFactory = _ => 1 };
        var command = new Command("fuzz", "Damaged messages and REST pages for every parser; no exception may escape and memory must not grow.") { frames, seed };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(frames) is > 0 and var wanted ? wanted : throw CliException.Usage("--frames takes a whole number from 1.");
            var bench = new FuzzBench(Instruments(), services.Terminal.Out);
            return await Task.Run(() => bench.Run(count, parsed.GetValue(seed), cancellationToken), cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static Command Kill(CliServices services)
    {
        var seeds = new Option<int>("--seeds") { Description = "number of seeds", DefaultValueFactory = _ => 30 };
        var first = new Option<int>("--first-seed") { Description = "the first seed", DefaultValueFactory = _ => 1 };
        var capture = new Option<string>("--capture") { Description = "the capture that is played", DefaultValueFactory = _ => DefaultCapture };
        var speed = new Option<int>("--speed") { Description = "pace of the runs that are killed", DefaultValueFactory = _ => 30 };
        var silo = new Option<string?>("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };
        var command = new Command("kill", "SIGKILL the silo or its engine at chosen and random moments; the rows must equal those of an uninterrupted run.") { seeds, first, capture, speed, silo };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = Directory.CreateTempSubdirectory("k2-bench-kill-").FullName;
            try
            {
                var options = new KillBenchOptions
                {
                    Capture = Existing(parsed.GetValue(capture)!, "--capture"),
                    Silo = Silo(parsed.GetValue(silo)),
                    Seeds = parsed.GetValue(seeds) is > 0 and var count ? count : throw CliException.Usage("--seeds takes a whole number from 1."),
                    FirstSeed = parsed.GetValue(first),
                    Speed = parsed.GetValue(speed) is > 0 and var pace ? pace : throw CliException.Usage("--speed takes a whole number from 1."),
                    HitsPerStep = parsed.GetValue(seeds) >= 30 ? 3 : 0,
                    Folder = folder,
                };
                var rows = new StoredRowsReader(Instruments(), TimeProvider.System, NullLoggerFactory.Instance);
                return await new KillBench(options, rows, services.Terminal.Out, TimeProvider.System).RunAsync(cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
            }
            finally
            {
                Directory.Delete(folder, true);
            }
        });
        return command;
    }

    private static Command Soak(CliServices services)
    {
        var minutes = new Option<double>("--minutes") { Description = "length of the load", DefaultValueFactory = _ => 15 };
        var rate = new Option<int>("--trades-per-second") { Description = "over three exchanges", DefaultValueFactory = _ => 2000 };
        var seed = new Option<int>("--seed") { Description = "fixes trades and faults", DefaultValueFactory = _ => 1 };
        var silo = new Option<string?>("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };
        var command = new Command("soak", "Load with a fault every ten seconds; the tables must equal the ledgers and memory must stay flat.") { minutes, rate, seed, silo };
        command.SetAction((parsed, cancellationToken) => UnderLoadAsync(
            services,
            folder => new SoakOptions
            {
                Silo = Silo(parsed.GetValue(silo)),
                Folder = folder,
                Seed = parsed.GetValue(seed) is >= 0 and var number ? number : throw CliException.Usage("--seed takes a whole number from 0."),
                Minutes = parsed.GetValue(minutes) is > 0 and <= 10_000 and var length ? length : throw CliException.Usage("--minutes takes a number above 0, up to 10000."),
                TradesPerSecond = parsed.GetValue(rate) is >= 3 and <= 100_000 and var pace ? pace : throw CliException.Usage("--trades-per-second takes a whole number from 3 to 100000."),
            },
            (options, token) => new SoakBench(options, Instruments(), services.Terminal.Out, services.Time).RunAsync(token),
            cancellationToken));
        return command;
    }

    private static Command Outage(CliServices services)
    {
        var rate = new Option<int>("--trades-per-second") { Description = "over three exchanges", DefaultValueFactory = _ => 2000 };
        var seed = new Option<int>("--seed") { Description = "fixes the trades", DefaultValueFactory = _ => 1 };
        var silo = new Option<string?>("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };
        var command = new Command("outage", "Under load: one exchange cut for 90 s, REST answering 429 for 30 s, the silo killed and started 60 s later.") { rate, seed, silo };
        command.SetAction((parsed, cancellationToken) => UnderLoadAsync(
            services,
            folder => new SoakOptions
            {
                Silo = Silo(parsed.GetValue(silo)),
                Folder = folder,
                Seed = parsed.GetValue(seed) is >= 0 and var number ? number : throw CliException.Usage("--seed takes a whole number from 0."),
                TradesPerSecond = parsed.GetValue(rate) is >= 3 and <= 100_000 and var pace ? pace : throw CliException.Usage("--trades-per-second takes a whole number from 3 to 100000."),
            },
            (options, token) => new OutageBench(options, Instruments(), services.Terminal.Out, services.Time).RunAsync(token),
            cancellationToken));
        return command;
    }

    private static async Task<int> UnderLoadAsync(CliServices services, Func<string, SoakOptions> options, Func<SoakOptions, CancellationToken, Task<bool>> run, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("k2-bench-").FullName;
        try
        {
            return await run(options(Path.Combine(folder, "data")), cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
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
    }

    /// <summary>The silo's assembly that is given, or the one that was built with this program.</summary>
    /// <exception cref="CliException">It does not exist.</exception>
    public static string Silo(string? given) => Existing(given ?? BuiltSilo(), "--silo");

    private static InstrumentTable Instruments() => InstrumentFile.Load(Path.Combine(AppContext.BaseDirectory, "instruments.yaml"));

    private static string Existing(string path, string option) => File.Exists(path) ? Path.GetFullPath(path) : throw CliException.Usage($"{option}: '{path}' does not exist.");

    /// <summary>The silo of the same checkout and configuration: bin/CONFIGURATION/FRAMEWORK lies alike below both projects.</summary>
    private static string BuiltSilo()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var root = output.Parent?.Parent?.Parent?.Parent?.Parent;
        return root is null ? "K2.Silo.dll" : Path.Combine(root.FullName, "silo", "bin", output.Parent!.Name, output.Name, "K2.Silo.dll");
    }
}
