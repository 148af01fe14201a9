using System.CommandLine;
using K2.Cli.Locating;

namespace K2.Cli.Commands;

/// <summary><c>k2 sql "SELECT …"</c>: one statement to ClickHouse; what it answers goes to standard output byte for byte.</summary>
internal static class SqlCommand
{
    /// <summary>The format of answers without a FORMAT clause on a terminal.</summary>
    internal const string TerminalFormat = "PrettyCompact";

    /// <summary>The format of answers without a FORMAT clause in a file or pipe.</summary>
    internal const string PlainFormat = "TabSeparated";

    public static Command Create(CliServices services, TargetOptions target)
    {
        var sql = new Argument<string>("SQL") { Description = "one statement; with a FORMAT clause its bytes pass unchanged" };
        var command = new Command("sql", "one SQL statement to the platform's ClickHouse: a table on a terminal, else TSV, or what FORMAT says") { sql };
        command.SetAction(async (result, cancellationToken) =>
        {
            var statement = result.GetValue(sql)!;
            if (string.IsNullOrWhiteSpace(statement)) throw CliException.Usage("the statement is empty: write for example \"SELECT count() FROM k2.silver_trades\".");
            await using var runner = await services.OpenSqlAsync(services.Locator.Locate(result, target), cancellationToken);
            await runner.RunAsync(statement, services.Terminal.IsInteractive ? TerminalFormat : PlainFormat, services.Terminal.Binary, cancellationToken);
            await services.Terminal.Binary.FlushAsync(cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
