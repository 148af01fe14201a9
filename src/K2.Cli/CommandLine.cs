using System.CommandLine;
using System.CommandLine.Help;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Contracts.Hosting;
using K2.Cli.Bench;
using K2.Cli.Commands;
using K2.Cli.Locating;
using K2.Cli.Rig;
using K2.Client;

namespace K2.Cli;

/// <summary>The tool <c>k2</c>: parses a command line, runs its command and turns every failure into one line and an exit code.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> args, CliServices services, CancellationToken cancellationToken)
    {
        var terminal = services.Terminal;
        if (args is ["--version"])
        {
            await terminal.Out.WriteLineAsync(Version);
            return ExitCode.Ok;
        }

        // Without response files: an argument that begins with @ is a value like any other.
        var result = Build(services).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Action is not HelpAction && result.Errors.Count > 0)
        {
            foreach (var message in Mistakes(args, result)) await terminal.Error.WriteLineAsync($"k2: {OneLine.Of(message)}");
            return ExitCode.Usage;
        }

        try
        {
            return await result.InvokeAsync(
                new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception failure) when (Describe(failure) is { } known)
        {
            await terminal.Error.WriteLineAsync($"k2: {OneLine.Of(known.Message)}");
            return known.Code;
        }
        finally
        {
            await terminal.Out.FlushAsync(CancellationToken.None);
        }
    }

    internal static string Version => ProductVersion.Current.Number;

    private static RootCommand Build(CliServices services)
    {
        var target = new TargetOptions();
        var root = new RootCommand("K2: crypto market data, exactly once.")
        {
            target.Server,
            target.Data,
            target.Instruments,
            StatusCommand.Create(services, target),
            SymbolsCommand.Create(services, target),
            CandlesCommand.Create(services, target),
            TradesCommand.Create(services, target),
            SummaryCommand.Create(services, target),
            CompareCommand.Create(services, target),
            StatsCommand.Create(services, target),
            GapsCommand.Create(services, target),
            VerifyCommand.Create(services, target),
            WhyCommand.Create(services, target),
            RebuildCommand.Create(services, target),
            BackfillCommand.Create(services, target),
            ImportCommand.Create(services, target),
            ColdCommands.Snapshots(services, target),
            ColdCommands.Export(services, target),
            ColdCommands.Maintenance(services, target),
            ColdCommands.Restore(services, target),
            DeadLetterCommands.Create(services, target),
            ConnectorCommands.Pause(services, target),
            ConnectorCommands.Drain(services, target),
            ConnectorCommands.Resume(services, target),
            WatchCommand.Create(services, target),
            SqlCommand.Create(services, target),
            DoctorCommand.Create(services, target),
            SimulateCommand.Create(services),
            RigCommand.Create(services),
            BudgetCommand.Create(services),
            ComposeCommand.Create(services),
            BenchCommand.Create(services),
        };
        return root;
    }

    private static IEnumerable<string> Mistakes(IReadOnlyList<string> args, ParseResult result) =>
        args.Count == 0
            ? ["no command is given: see k2 --help."]
            : result.CommandResult.Command is RootCommand
                ? result.UnmatchedTokens.Select(token => $"'{token}' is no command or option: see k2 --help.").DefaultIfEmpty("no command is given: see k2 --help.")
                : result.Errors.Select(error => $"{error.Message.TrimEnd('.')}: see k2 {result.CommandResult.Command.Name} --help.").Distinct();

    private static (string Message, int Code)? Describe(Exception failure) => failure switch
    {
        CliException known => (known.Message, known.ExitCode),
        K2ClientException unable => (unable.Message, ExitCode.Failed),
        StartupException wrong => (wrong.Message, ExitCode.Usage),
        K2Exception unable => (unable.Message, ExitCode.Failed),
        IOException or UnauthorizedAccessException => (failure.Message, ExitCode.Failed),
        _ => null,
    };

}
