using System.CommandLine;
using System.Globalization;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;

namespace K2.Cli.Commands;

/// <summary><c>k2 summary SYMBOL DATE</c>: one UTC day of a symbol on each exchange.</summary>
internal static class SummaryCommand
{
    private static readonly RowWriter<DaySummary> Rows = new(
        SummaryColumns.All,
        [
            ("exchange", false), ("date", false), ("open_price", true), ("high_price", true), ("low_price", true), ("close_price", true), ("volume", true), ("vwap", true), ("trade_count", true),
            ("closed", false), ("complete", false), ("gaps_open", true),
        ],
        ApiJson.Default.DaySummary);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var symbol = new Argument<string>("SYMBOL") { Description = "for example BTC/USDT" };
        var date = new Argument<string>("DATE") { Description = "a day in UTC, for example 2024-08-08" };
        var exchange = new Option<string?>("--exchange") { Description = "of one exchange; without it of all that have the symbol", HelpName = "EXCHANGE" };
        var format = new Option<string?>("--format") { Description = "table (default), csv or json", HelpName = "FORMAT" };
        var command = new Command("summary", "one day of a symbol: prices, volume, average, trades, gaps") { symbol, date, exchange, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!DateOnly.TryParseExact(result.GetValue(date), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) throw CliException.Usage($"'{result.GetValue(date)}' is no day: write it in UTC as 2024-08-08.");
            RowCommandOptions.Instrument(result.GetValue(exchange) ?? "binance", result.GetValue(symbol)!);
            var shape = RowCommandOptions.ReadFormat(result.GetValue(format));
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var days = await client.Queries.GetDayAsync(result.GetValue(symbol)!, day, result.GetValue(exchange), cancellationToken);
            await Rows.WriteAsync(days.ToAsyncEnumerable(), shape, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
