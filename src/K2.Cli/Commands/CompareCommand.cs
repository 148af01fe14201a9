using System.CommandLine;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;
using K2.Domain.Candles;

namespace K2.Cli.Commands;

/// <summary><c>k2 compare SYMBOL</c>: closing prices of one symbol on all exchanges, window by window.</summary>
internal static class CompareCommand
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 10_000;

    private static readonly RowWriter<ComparisonView> Rows = new(
        ComparisonColumns.All, [.. ComparisonColumns.All.Where(column => column.Name != "window_end").Select(column => (column.Name, column.Name is not ("window_start" or "missing")))], ApiJson.Default.ComparisonView);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var symbol = new Argument<string>("SYMBOL") { Description = "for example BTC/USDT" };
        var timeframe = new Option<string?>("--timeframe", "-t") { Description = "1m (default) or any number of minutes, hours, days or weeks", HelpName = "TIMEFRAME" };
        var from = new Option<string?>("--from") { Description = "first moment; without it the newest windows come, newest first", HelpName = "TIME" };
        var to = new Option<string?>("--to") { Description = "end, exclusive", HelpName = "TIME" };
        var limit = new Option<string?>("--limit") { Description = $"the most windows (default {DefaultLimit})", HelpName = "N" };
        var format = new Option<string?>("--format") { Description = "table (default), csv or json", HelpName = "FORMAT" };
        var command = new Command("compare", "closing prices of a symbol on all exchanges, their spread, and which is missing") { symbol, timeframe, from, to, limit, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var name = result.GetValue(timeframe) ?? "1m";
            if (!CandleInterval.TryParse(name, out _)) throw CliException.Usage($"--timeframe '{name}' is no interval: write a whole number and m, h, d or w, at most {CandleInterval.MaxDays}d.");
            RowCommandOptions.Instrument("binance", result.GetValue(symbol)!);
            var (first, end) = (RowCommandOptions.Moment("--from", result.GetValue(from)), RowCommandOptions.Moment("--to", result.GetValue(to)));
            if (first >= end) throw CliException.Usage("--from lies at or behind --to: the window is [from, to).");
            var most = RowCommandOptions.Number("--limit", result.GetValue(limit), MaxLimit) ?? DefaultLimit;
            var shape = RowCommandOptions.ReadFormat(result.GetValue(format));
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var windows = await client.Queries.CompareAsync(result.GetValue(symbol)!, name, most, first, end, cancellationToken);
            await Rows.WriteAsync(windows.ToAsyncEnumerable(), shape, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
