using System.CommandLine;
using K2.Cli.Commands;
using K2.Cli.Compose;
using K2.Cli.Rig;
using K2.Domain.Instruments;

namespace K2.Cli.Bench.Cluster;

/// <summary>The options of the benches that run on a rig.</summary>
internal static class ClusterCommands
{
    public static Command Failures(CliServices services, Func<InstrumentTable> instruments, Func<string?, string> silo)
    {
        var only = new Option<string[]>("--only") { Description = $"some of {string.Join(", ", FailureBench.Names)} (default: all)", AllowMultipleArgumentsPerToken = true };
        var rate = Rate(500);
        var pairs = RigCommand.Pairs();
        var seed = Seed();
        var assembly = Assembly();
        var command = new Command("failures", "Lets one part of a cluster after another fail under load; nothing may be lost, doubled or wrong, and the time to recover is told.") { only, rate, pairs, seed, assembly };
        command.SetAction((parsed, cancellationToken) => InFolderAsync(services, "k2-bench-failures-", async folder =>
        {
            var names = parsed.GetValue(only) ?? [];
            var unknown = names.FirstOrDefault(name => !FailureBench.Names.Contains(name));
            if (unknown is not null) throw CliException.Usage($"--only '{unknown}' is none of {string.Join(", ", FailureBench.Names)}.");
            var options = new FailureOptions { Silo = silo(parsed.GetValue(assembly)), Folder = folder, Seed = Checked(parsed, seed, 0, int.MaxValue), TradesPerSecond = Checked(parsed, rate, 3, 100_000), Only = names, Pairs = parsed.GetValue(pairs), Brokers = RigCommand.Brokers };
            return await new FailureBench(options, instruments(), services.Terminal.Out, services.Time).RunAsync(cancellationToken);
        }));
        return command;
    }

    public static Command Churn(CliServices services, Func<InstrumentTable> instruments, Func<string?, string> silo)
    {
        var minutes = new Option<double>("--minutes") { Description = "length of the churn", DefaultValueFactory = _ => 30 };
        var between = new Option<double>("--seconds-between") { Description = "seconds between two changes", DefaultValueFactory = _ => 10 };
        var other = new Option<string?>("--other") { Description = "another version's silo assembly: silo by silo and the API are changed to it and back" };
        var rate = Rate(2000);
        var seed = Seed();
        var assembly = Assembly();
        var command = new Command("churn", "Kills, ends or starts one silo of three every few seconds under load, then restarts all in turn; nothing may be lost, and the API must answer.") { minutes, between, other, rate, seed, assembly };
        command.SetAction((parsed, cancellationToken) => InFolderAsync(services, "k2-bench-churn-", async folder =>
        {
            var options = new ChurnOptions
            {
                Silo = silo(parsed.GetValue(assembly)),
                Folder = folder,
                Minutes = Length(parsed, minutes),
                SecondsBetween = parsed.GetValue(between) is > 0 and <= 600 and var pause ? pause : throw CliException.Usage("--seconds-between takes a number above 0, up to 600."),
                Other = parsed.GetValue(other) is { } given ? silo(given) : null,
                Seed = Checked(parsed, seed, 0, int.MaxValue),
                TradesPerSecond = Checked(parsed, rate, 3, 100_000),
                Brokers = RigCommand.Brokers,
            };
            return await new ChurnBench(options, instruments(), services.Terminal.Out, services.Time).RunAsync(cancellationToken);
        }));
        return command;
    }

    public static Command Cost(CliServices services, Func<string?, string> silo)
    {
        var minutes = new Option<double>("--minutes") { Description = "length of each measurement", DefaultValueFactory = _ => 10 };
        var rates = new Option<int[]>("--trades-per-second") { Description = "one or more numbers", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [55, 500, 5000] };
        var symbols = new Option<int[]>("--symbols") { Description = "one or more numbers of instruments", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [36] };
        var silos = new Option<int[]>("--silos") { Description = "one or more numbers of silos", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [3] };
        var file = ComposeFile.Option();
        var seed = Seed();
        var assembly = Assembly();
        var command = new Command("cost", "Processor, memory, throughput and delay of a cluster's processes, for each combination of the given numbers.") { minutes, rates, symbols, silos, file, seed, assembly };
        command.SetAction((parsed, cancellationToken) => InFolderAsync(services, "k2-bench-cost-", async folder =>
        {
            var options = new CostOptions
            {
                Silo = silo(parsed.GetValue(assembly)),
                Folder = folder,
                Minutes = Length(parsed, minutes),
                TradesPerSecond = All(parsed, rates, 3, 100_000),
                Symbols = All(parsed, symbols, 3, 4000),
                Silos = All(parsed, silos, 1, 9),
                ComposeFile = parsed.GetValue(file)!,
                Seed = Checked(parsed, seed, 0, int.MaxValue),
                Brokers = RigCommand.Brokers,
            };
            return await new CostBench(options, services.Terminal.Out, services.Time).RunAsync(cancellationToken);
        }));
        return command;
    }

    private static double Length(ParseResult parsed, Option<double> minutes) =>
        parsed.GetValue(minutes) is > 0 and <= 10_000 and var given ? given : throw CliException.Usage("--minutes takes a number above 0, up to 10000.");

    private static int[] All(ParseResult parsed, Option<int[]> option, int least, int most) =>
        parsed.GetValue(option) is { Length: > 0 } values && values.All(value => value >= least && value <= most) ? values : throw CliException.Usage($"{option.Name} takes whole numbers from {least} to {most}.");

    private static Option<int> Rate(int usual) => new("--trades-per-second") { Description = "over all exchanges", DefaultValueFactory = _ => usual };

    private static Option<int> Seed() => new("--seed") { Description = "fixes trades and disruptions", DefaultValueFactory = _ => 1 };

    private static Option<string?> Assembly() => new("--silo") { Description = "the silo's assembly (default: the one built in this checkout)" };

    private static int Checked(ParseResult parsed, Option<int> option, int least, int most) => SimulateCommand.Checked(option.Name, parsed.GetValue(option), least, most);

    private static async Task<int> InFolderAsync(CliServices services, string prefix, Func<string, Task<bool>> run)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        try
        {
            return await run(folder) ? ExitCode.Ok : ExitCode.Failed;
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
}
