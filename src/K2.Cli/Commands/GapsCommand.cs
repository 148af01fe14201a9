using System.CommandLine;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Http;

namespace K2.Cli.Commands;

/// <summary><c>k2 gaps [EXCHANGE SYMBOL]</c>: what was missing, what was filled, what stays.</summary>
internal static class GapsCommand
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 10_000;

    private static readonly RowWriter<GapView> Rows = new(
        GapColumns.All,
        [("exchange", false), ("symbol", false), ("gap_start", false), ("gap_end", false), ("first_missing_id", true), ("last_missing_id", true), ("cause", false), ("state", false), ("reason", false)],
        ApiJson.Default.GapView);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string?>("EXCHANGE") { Arity = ArgumentArity.ZeroOrOne, Description = "binance, kraken or coinbase; without it all" };
        var symbol = new Argument<string?>("SYMBOL") { Arity = ArgumentArity.ZeroOrOne, Description = "for example BTC/USDT" };
        var state = new Option<string?>("--state") { Description = "open, filled or unfillable", HelpName = "STATE" };
        var limit = new Option<string?>("--limit") { Description = $"the most rows (default {DefaultLimit})", HelpName = "N" };
        var format = new Option<string?>("--format") { Description = "table (default), csv or json", HelpName = "FORMAT" };
        var command = new Command("gaps", "recorded gaps of the feed, newest first") { exchange, symbol, state, limit, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (venue, pair) = (result.GetValue(exchange), result.GetValue(symbol));
            if (venue is not null && pair is null) throw CliException.Usage("name a symbol too, for example binance BTC/USDT, or neither.");
            if (venue is not null) RowCommandOptions.Instrument(venue, pair!);
            if (result.GetValue(state) is { } wanted && wanted is not ("open" or "filled" or "unfillable")) throw CliException.Usage($"--state '{wanted}' is unknown: write open, filled or unfillable.");
            var most = RowCommandOptions.Number("--limit", result.GetValue(limit), MaxLimit) ?? DefaultLimit;
            var shape = RowCommandOptions.ReadFormat(result.GetValue(format));
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var gaps = await client.GetGapsAsync(venue, pair, result.GetValue(state), most, cancellationToken);
            await Rows.WriteAsync(gaps.ToAsyncEnumerable(), shape, services.Terminal, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }
}
