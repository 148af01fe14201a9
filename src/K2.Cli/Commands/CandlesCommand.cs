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
        var timeframe = new Option<string?>("--timeframe", "-t") { Description = "1m (default), 5m, 15m, 30m, 1h or 1d", HelpName = "TIMEFRAME" };
        var command = new Command("candles", "stored candles of an instrument, oldest first") { timeframe };
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var name = result.GetValue(timeframe) ?? "1m";
            if (!Timeframes.TryParse(name, out _)) throw CliException.Usage($"--timeframe '{name}' is unknown: write one of {string.Join(", ", Timeframes.All.Select(frame => frame.ToName()))}.");
            var request = options.Request(result);
            var format = options.Format(result);
            await using var reader = await services.OpenReaderAsync(services.Locator.Locate(result, target), cancellationToken);
            await Rows.WriteAsync(reader.CandlesAsync(name, request, cancellationToken), format, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
