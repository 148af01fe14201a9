using System.CommandLine;
using System.Text.Json;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Client;
using K2.Contracts.Http;
using K2.Contracts.Verification;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 verify [EXCHANGE [SYMBOL]]</c>: rows against each other or, with <c>--against-exchange</c>, candles beside the exchanges' own.</summary>
internal static class VerifyCommand
{
    private const int DefaultHours = 24;
    private const int MaxHours = 720;

    public static Command Create(CliServices services, TargetOptions target)
    {
        var against = new Option<bool>("--against-exchange") { Description = "compare candles with those that the exchanges publish by REST" };
        var exchange = new Argument<string?>("EXCHANGE") { Arity = ArgumentArity.ZeroOrOne, Description = "binance, kraken or coinbase; without it all" };
        var symbol = new Argument<string?>("SYMBOL") { Arity = ArgumentArity.ZeroOrOne, Description = "for example BTC/USDT; without it all" };
        var hours = new Option<string?>("--hours") { Description = $"how far back, 1 to {MaxHours} (default {DefaultHours})", HelpName = "N" };
        var format = new Option<string?>("--format") { Description = "table (default) or json, one line a symbol", HelpName = "FORMAT" };
        var quality = new QualityOptions();
        var command = new Command("verify", "check trades, candles, revisions and gaps against each other, or candles against the exchanges' own; exit code 1 if anything is wrong") { exchange, symbol, against, hours, quality.Since, quality.Until, quality.All, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (result.GetValue(format) is { } wanted && wanted is not ("table" or "json")) throw CliException.Usage($"--format '{wanted}' is unknown: write table or json.");
            if (result.GetValue(exchange) is { } venue && result.GetValue(symbol) is { } pair) RowCommandOptions.Instrument(venue, pair);
            if (!result.GetValue(against))
            {
                if (result.GetValue(hours) is not null) throw CliException.Usage("--hours goes with --against-exchange: write --since and --until, or --all.");
                return await QualityCommand.RunAsync(result, quality, result.GetValue(exchange), result.GetValue(symbol), result.GetValue(format) == "json", services, target, cancellationToken);
            }

            if (result.GetValue(quality.All) || result.GetValue(quality.Since) is not null || result.GetValue(quality.Until) is not null) throw CliException.Usage("--since, --until and --all do not go with --against-exchange: write --hours.");
            var range = RowCommandOptions.Number("--hours", result.GetValue(hours), MaxHours) ?? DefaultHours;
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            return await RunAsync(client, services, result.GetValue(exchange), result.GetValue(symbol), (int)range, result.GetValue(format) == "json", cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    internal static string[] Row(SymbolVerification outcome) =>
    [
        outcome.Exchange, outcome.Symbol, Sum(outcome, frame => frame.Equal), Sum(outcome, frame => frame.Different), Sum(outcome, frame => frame.Missing),
        Sum(outcome, frame => frame.Incomplete), Sum(outcome, frame => frame.NotServed), Markup.Escape(Words(outcome)),
    ];

    internal static Table Table() => Tables.Create([("exchange", false), ("symbol", false), ("equal", true), ("different", true), ("missing", true), ("incomplete", true), ("not served", true), ("first difference", false)]);

    private static async Task<bool> RunAsync(K2Client client, CliServices services, string? exchange, string? symbol, int hours, bool asJson, CancellationToken cancellationToken)
    {
        var symbols = (await client.GetSymbolsAsync(cancellationToken)).Where(known => known.Active && (exchange is null || known.Exchange == exchange) && (symbol is null || Same(known.Symbol, symbol))).ToList();
        if (symbols.Count == 0) throw CliException.Failed("no such symbol is taken now: see k2 symbols.");
        var table = Table();
        var (passed, compared) = (true, 0);
        foreach (var known in symbols)
        {
            var outcome = await client.VerifyAsync(known.Exchange, known.Symbol, hours, cancellationToken);
            passed &= outcome.Passed;
            compared += outcome.Timeframes.Sum(frame => frame.Equal + frame.Different + frame.Missing);
            if (asJson) await services.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(outcome, ApiJson.Default.SymbolVerification));
            else table.AddRow(Row(outcome));
        }

        if (!asJson)
        {
            Tables.Write(table, services.Terminal);
            await services.Terminal.Out.WriteLineAsync(passed && compared == 0 ? "nothing could be compared yet: a candle counts a minute after its end, if it is complete" : passed ? $"{symbols.Count} symbols: nothing is different" : "candles are different, missing or could not be compared");
        }

        return passed;
    }

    private static bool Same(string known, string given) => string.Equals(known, given.Replace('-', '/'), StringComparison.OrdinalIgnoreCase);

    private static string Sum(SymbolVerification outcome, Func<TimeframeVerification, int> count) => outcome.Timeframes.Sum(count).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Words(SymbolVerification outcome) => outcome.Problem.Length > 0
        ? outcome.Problem
        : outcome.Timeframes.Where(frame => frame.FirstDifference.Length > 0).Select(frame => $"{frame.Timeframe} {frame.FirstDifference}").FirstOrDefault() ?? "";
}
