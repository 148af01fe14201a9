using System.CommandLine;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;
using K2.Contracts.Symbols;

namespace K2.Cli.Commands;

/// <summary><c>k2 trades EXCHANGE SYMBOL</c>: stored trades, oldest first.</summary>
internal static class TradesCommand
{
    private static readonly RowWriter<TradeView> Rows = new(
        TradeColumns.All, [("timestamp", false), ("trade_id", true), ("side", false), ("price", true), ("quantity", true), ("source", false)], ApiJson.Default.TradeView);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var options = new RowCommandOptions();
        var command = new Command("trades", "stored trades of an instrument by (exchange time, trade id), oldest first");
        options.AddTo(command);
        command.SetAction(async (result, cancellationToken) =>
        {
            var request = options.Request(result);
            var format = options.Format(result);
            await using var reader = await RowCommandOptions.OpenAsync(request, result, services, target, cancellationToken);
            await Rows.WriteAsync(reader.TradesAsync(request, cancellationToken), format, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
