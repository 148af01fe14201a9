using System.CommandLine;

namespace K2.Cli.Bench.Cold;

/// <summary>The options of <c>k2 bench cold</c>.</summary>
internal static class ColdCommand
{
    public static Command Create(CliServices services)
    {
        var seeds = new Option<int>("--seeds") { Description = "number of seeds", DefaultValueFactory = _ => 200 };
        var first = new Option<int>("--first-seed") { Description = "the first seed", DefaultValueFactory = _ => 1 };
        var rounds = new Option<int>("--rounds") { Description = "rounds of each seed, from 3", DefaultValueFactory = _ => 8 };
        var kills = new Option<int>("--kills") { Description = "processes that are killed by SIGKILL in each seed; with --steps, 0 for none", DefaultValueFactory = _ => 3 };

        var steps = new Option<bool>("--steps") { Description = "instead of drawn faults: a short script, disturbed at each call of the store by each kind of fault, one at a time" };
        var every = new Option<int>("--every") { Description = "with --steps: every how many calls one is disturbed", DefaultValueFactory = _ => 1 };

        // How the bench starts the processes that it kills.
        var worker = new Option<string?>("--worker") { Hidden = true };
        var round = new Option<int>("--round") { Hidden = true };
        var killAt = new Option<int>("--kill-at") { Hidden = true };
        var killAfter = new Option<bool>("--kill-after") { Hidden = true };
        var command = new Command("cold", "Exporters killed at every step, zombies, lost answers, a store that is away, clocks that jump; the cold tables must hold every row once.") { seeds, first, rounds, kills, steps, every, worker, round, killAt, killAfter };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(worker) is { } folder)
            {
                var unsteady = new UnsteadyOptions { AtCall = parsed.GetValue(killAt), After = parsed.GetValue(killAfter) };
                if (parsed.GetValue(steps)) await ColdWorker.RunStepAsync(folder, parsed.GetValue(round), unsteady, cancellationToken);
                else await ColdWorker.RunAsync(folder, parsed.GetValue(first), parsed.GetValue(round), unsteady, cancellationToken);
                return ExitCode.Ok;
            }

            var temporary = Directory.CreateTempSubdirectory("k2-bench-cold-").FullName;
            var options = new ColdBenchOptions
            {
                Folder = temporary,
                FirstSeed = parsed.GetValue(first),
                Seeds = parsed.GetValue(seeds) is > 0 and var count ? count : throw CliException.Usage("--seeds takes a whole number from 1."),
                Rounds = parsed.GetValue(rounds) is >= 3 and <= 1000 and var length ? length : throw CliException.Usage("--rounds takes a whole number from 3 to 1000."),
                Kills = parsed.GetValue(kills) is >= 0 and var killed ? killed : throw CliException.Usage("--kills takes a whole number from 0."),
                Program = [Environment.ProcessPath!, .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? ["exec", typeof(ColdCommand).Assembly.Location] : Array.Empty<string>()],
            };
            var passed = parsed.GetValue(steps)
                ? await new ColdSteps(new ColdStepsOptions { Folder = temporary, Program = options.Kills > 0 ? options.Program : null, Every = parsed.GetValue(every) is > 0 and var distance ? distance : throw CliException.Usage("--every takes a whole number from 1.") }, services.Terminal.Out).RunAsync(cancellationToken)
                : await new ColdBench(options, services.Terminal.Out).RunAsync(cancellationToken);

            // The files of what failed stay to be looked at.
            if (passed) Directory.Delete(temporary, recursive: true);
            else await services.Terminal.Error.WriteLineAsync($"k2: the files of what failed are in {temporary}");
            return passed ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }
}
