using System.CommandLine;
using System.Globalization;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;

namespace K2.Cli.Commands;

/// <summary><c>k2 symbols</c>: the configured instruments.</summary>
internal static class SymbolsCommand
{
    private static readonly RowWriter<SymbolView> Rows = new(
        [
            ("exchange", symbol => symbol.Exchange),
            ("symbol", symbol => symbol.Symbol),
            ("native_symbol", symbol => symbol.NativeSymbol),
            ("base_asset", symbol => symbol.BaseAsset),
            ("quote_asset", symbol => symbol.QuoteAsset),
            ("price_scale", symbol => symbol.PriceScale.ToString(CultureInfo.InvariantCulture)),
            ("quantity_scale", symbol => symbol.QuantityScale.ToString(CultureInfo.InvariantCulture)),
            ("trade_kind", symbol => symbol.TradeKind.ToWire()),
            ("active", symbol => symbol.Active ? "true" : "false"),
        ],
        [("exchange", false), ("symbol", false), ("native_symbol", false), ("price_scale", true), ("quantity_scale", true), ("trade_kind", false), ("active", false)],
        ApiJson.Default.SymbolView);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var format = new Option<string?>("--format") { Description = "table (default), csv or json", HelpName = "FORMAT" };
        var command = new Command("symbols", "the configured instruments") { format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var wanted = RowCommandOptions.ReadFormat(result.GetValue(format));
            await using var reader = await services.OpenReaderAsync(services.Locator.Locate(result, target), cancellationToken);
            var symbols = await reader.SymbolsAsync(cancellationToken);
            await Rows.WriteAsync(symbols.ToAsyncEnumerable(), wanted, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
