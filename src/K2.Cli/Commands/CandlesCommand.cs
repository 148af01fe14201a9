using System.CommandLine;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain.Candles;

namespace K2.Cli.Commands;

/// <summary><c>k2 candles EXCHANGE SYMBOL --timeframe 1m</c>: stored candles, oldest first.</summary>
internal static class CandlesCommand
{
    private static readonly RowWriter<CandleView> Rows = new(
        CandleColumns.All,
        [
            ("window_start", false), ("open_price", true), ("high_price", true), ("low_price", true), ("close_price", true), ("volume", true), ("quote_volume", true),
            ("trade_count", true), ("closed", false), ("complete", false), ("revision", true),
        ],
        ApiJson.Default.CandleView);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var options = new RowCommandOptions();
        var timeframe = new Option<string?>("--timeframe", "-t") { Description = "1m (default) or any number of minutes, hours, days or weeks: 15m, 4h, 3d, 1w", HelpName = "TIMEFRAME" };
        var fill = new Option<bool>("--fill") { Description = "fill windows without trades with the price before them; json and csv mark these rows" };
        var asOf = new Option<string?>("--as-of") { Description = "closed candles as they could be known at a moment", HelpName = "TIME" };
        var command = new Command("candles", "stored candles of an instrument, oldest first") { timeframe, fill, asOf };
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var name = result.GetValue(timeframe) ?? "1m";
            if (!CandleInterval.TryParse(name, out _)) throw CliException.Usage($"--timeframe '{name}' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most {CandleInterval.MaxDays}d.");
            var request = options.Request(result) with { Fill = result.GetValue(fill), AsOf = RowCommandOptions.Moment("--as-of", result.GetValue(asOf)) };
            var format = options.Format(result);
            await using var reader = await RowCommandOptions.OpenAsync(request, result, services, target, cancellationToken);
            await Rows.WriteAsync(reader.CandlesAsync(name, request, cancellationToken), format, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
