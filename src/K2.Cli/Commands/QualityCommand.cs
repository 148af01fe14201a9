using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Cli.Reading;
using K2.Warehouse.Reading;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 verify</c> without an exchange: rows against each other.</summary>
internal static class QualityCommand
{
    public static async Task<int> RunAsync(ParseResult result, QualityOptions options, string? exchange, string? symbol, bool asJson, CliServices services, TargetOptions target, CancellationToken cancellationToken)
    {
        Domain.Instruments.Exchange? venue = null;
        if (exchange is not null) venue = Domain.Instruments.ExchangeNames.TryParse(exchange, out var known) ? known : throw CliException.Usage($"'{exchange}' is no exchange: write {string.Join(", ", Domain.Instruments.ExchangeNames.All.Select(one => Domain.Instruments.ExchangeNames.ToName(one)))}.");
        var pair = symbol is null ? null : RowCommandOptions.Instrument(exchange!, symbol).Symbol;
        var range = new QualityRange(venue, pair, TimeRange.Moment("--since", result.GetValue(options.Since)), TimeRange.Moment("--until", result.GetValue(options.Until)), result.GetValue(options.All));
        await using var reader = await LineageReader.OpenAsync(services.Locator.Locate(result, target), cancellationToken);
        var checks = await reader.Quality.RunAsync(range, cancellationToken);
        await WriteAsync(checks, asJson, services.Terminal);
        return checks.All(check => check.Passed) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task WriteAsync(IReadOnlyList<QualityCheck> checks, bool asJson, Terminal terminal)
    {
        if (asJson)
        {
            foreach (var check in checks) await terminal.Out.WriteLineAsync(JsonSerializer.Serialize(check, LineageJson.Default.QualityCheck));
            return;
        }

        var table = Tables.Create([("check", false), ("looked at", true), ("found", true), ("outcome", false), ("first", false)]);
        foreach (var check in checks)
        {
            table.AddRow(
                check.Name, check.Looked.ToString("N0", CultureInfo.InvariantCulture), check.Found.ToString("N0", CultureInfo.InvariantCulture), check.IsCount ? "counted" : check.Passed ? "good" : "BAD", Markup.Escape(check.First));
        }

        Tables.Write(table, terminal);
        foreach (var check in checks.Where(check => !check.Passed)) await terminal.Out.WriteLineAsync($"{check.Name}: {check.Meaning}");
    }
}
