using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Connectors;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 status</c>: what a running platform does.</summary>
internal static class StatusCommand
{
    public static Command Create(CliServices services, TargetOptions target)
    {
        var format = new Option<string?>("--format") { Description = "table (default) or json", HelpName = "FORMAT" };
        var command = new Command("status", "counters, connections and symbols of a running platform") { format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var wanted = result.GetValue(format);
            if (wanted is not (null or "table" or "json")) throw CliException.Usage($"--format '{wanted}' is unknown: write table or json.");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var status = await client.GetStatusAsync(cancellationToken);
            if (wanted == "json") await services.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(status, ApiJson.Default.PlatformStatus));
            else Write(status, client.Endpoints.Url, services.Terminal);
            return ExitCode.Ok;
        });
        return command;
    }

    internal static void Write(PlatformStatus status, string url, Terminal terminal)
    {
        var output = terminal.Out;
        output.WriteLine($"K2 {status.Version}{(status.Commit.Length > 0 ? $" ({Short(status.Commit)})" : "")} at {url}{(status.Role == "all" ? "" : ", role " + status.Role)}, source {status.Source}, up {Span(status.Now - status.Started)}, lag {(status.LagRecords is { } lag ? Number(lag) + " records" : "not known here")}");
        var silos = Tables.Create([("silo", false), ("status", false), ("role", false), ("version", false), ("commit", false), ("up", true)]);
        foreach (var silo in status.Silos) silos.AddRow(silo.Address, silo.Status, Known(silo.Role), Known(silo.Version), Known(Short(silo.Commit)), silo.Started is { } started ? Span(status.Now - started) : "-");
        if (silos.Rows.Count > 0) Tables.Write(silos, terminal);

        var counters = Tables.Create([("stage", false), ("count", true)]);
        foreach (var (stage, count) in status.Counters.Where(counter => counter.Value != 0)) counters.AddRow(stage, Number(count));
        if (counters.Rows.Count > 0) Tables.Write(counters, terminal);

        var connectors = Tables.Create([("exchange", false), ("state", false), ("symbols", true), ("connects", true), ("gaps open", true), ("filled", true), ("unfillable", true), ("last frame", false), ("last error", false)]);
        foreach (var connector in status.Connectors) connectors.AddRow(Row(connector));
        if (connectors.Rows.Count > 0) Tables.Write(connectors, terminal);

        var verifications = VerifyCommand.Table();
        foreach (var outcome in status.Verifications) verifications.AddRow(VerifyCommand.Row(outcome));
        if (verifications.Rows.Count > 0)
        {
            output.WriteLine($"candles against the exchanges' own, at {Moment(status.Verifications.Max(outcome => outcome.At))}");
            Tables.Write(verifications, terminal);
        }

        WriteRetention(status, terminal);
        foreach (var problem in status.ColdProblems) output.WriteLine(problem);
        var symbols = Tables.Create([("instrument", false), ("watermark", false), ("last trade id", true), ("id holes", true), ("position", true)]);
        foreach (var symbol in status.Symbols) symbols.AddRow(Row(symbol));
        if (symbols.Rows.Count > 0) Tables.Write(symbols, terminal);
    }

    // Only what needs a word: partitions that are old and stay, or a run that failed.
    private static void WriteRetention(PlatformStatus status, Terminal terminal)
    {
        if (status.Retention is not { } retention) return;
        if (retention.Problem.Length > 0) terminal.Out.WriteLine($"retention failed at {Moment(retention.At)}: {retention.Problem}");
        foreach (var table in retention.Tables.Where(table => table.Refused > 0))
            terminal.Out.WriteLine($"retention keeps {Number(table.Refused)} old partitions of {table.Table} ({Number(table.RefusedRows)} rows, {Number(table.RefusedBytes)} bytes): the cold tier holds {(table.CoveredUntil is { } until ? "only what is before " + Moment(until) : "nothing")}");
    }

    private static string[] Row(ConnectorStatus connector) =>
    [
        connector.Exchange, connector.Second.Length > 0 ? $"{connector.State}, second {connector.Second}" : connector.State, $"{connector.Confirmed.Length}/{connector.Desired.Length}", Number(connector.Connects),
        Number(connector.OpenGaps), Number(connector.GapsFilled), Number(connector.GapsUnfillable), Moment(connector.LastFrame), Markup.Escape(Problem(connector)),
    ];

    // A symbol that the exchange refuses is worth more than an old disconnect.
    private static string Problem(ConnectorStatus connector) =>
        connector.Refused.Count > 0 ? "symbols: " + string.Join(", ", connector.Refused.Select(refused => $"{refused.Key} ({refused.Value})"))
        : connector.LastError.Length > 0 ? connector.LastError
        : connector.BackfillError;

    private static string[] Row(SymbolStatus symbol) =>
        [symbol.Instrument, Moment(symbol.Watermark), symbol.LastTradeId < 0 ? "-" : symbol.LastTradeId.ToString(CultureInfo.InvariantCulture), Number(symbol.IdHoles), symbol.Position];

    private static string Short(string commit) => commit.Length > 12 ? commit[..12] : commit;

    // A silo tells what it is a moment after it has joined, and one of an older version never.
    private static string Known(string text) => text.Length > 0 ? text : "-";

    private static string Moment(DateTime? time) => time is { } value ? UtcTimeConverter.Format(value) : "-";

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Span(TimeSpan span) => span.TotalDays >= 1 ? span.ToString(@"d\d\ hh\:mm\:ss", CultureInfo.InvariantCulture) : span.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture);
}
