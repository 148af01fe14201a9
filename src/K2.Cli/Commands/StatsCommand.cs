using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 stats</c>: what the warehouse holds.</summary>
internal static class StatsCommand
{
    public static Command Create(CliServices services, TargetOptions target)
    {
        var format = new Option<string?>("--format") { Description = "table (default) or json", HelpName = "FORMAT" };
        var command = new Command("stats", "tables on disk and trades of each instrument") { format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var wanted = result.GetValue(format);
            if (wanted is not (null or "table" or "json")) throw CliException.Usage($"--format '{wanted}' is unknown: write table or json.");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var report = await client.Queries.GetStatisticsAsync(cancellationToken);
            if (wanted == "json") await services.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(report, ApiJson.Default.StatisticsReport));
            else Write(report, services.Terminal);
            return ExitCode.Ok;
        });
        return command;
    }

    private static void Write(StatisticsReport report, Terminal terminal)
    {
        var tables = Tables.Create([("table", false), ("rows", true), ("bytes", true), ("partitions", true), ("oldest", false), ("newest", false)]);
        foreach (var table in report.Tables) tables.AddRow(table.Name, Number(table.Rows), Number(table.DiskBytes), Number(table.Partitions), table.Oldest, table.Newest);
        if (tables.Rows.Count > 0) Tables.Write(tables, terminal);

        var instruments = Tables.Create([("exchange", false), ("symbol", false), ("trades", true), ("days", true), ("first trade", false), ("last trade", false)]);
        foreach (var row in report.Instruments) instruments.AddRow(row.Exchange, row.Symbol, Number(row.Trades), Number(row.Days), UtcTimeConverter.Format(row.FirstTradeTime), UtcTimeConverter.Format(row.LastTradeTime));
        if (instruments.Rows.Count > 0) Tables.Write(instruments, terminal);
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
