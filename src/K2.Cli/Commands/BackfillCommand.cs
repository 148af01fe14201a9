using System.CommandLine;
using System.Globalization;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Domain;

namespace K2.Cli.Commands;

/// <summary><c>k2 backfill EXCHANGE SYMBOL --from TIME</c>: past trades by the exchange's REST API.</summary>
internal static class BackfillCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string>("EXCHANGE") { Description = "binance, kraken or coinbase" };
        var symbol = new Argument<string>("SYMBOL") { Description = "for example BTC/USDT" };
        var from = new Option<string>("--from") { Description = "the first moment that is wanted, for example 2026-11-01T00:00:00Z", Required = true };
        var leave = new Option<bool>("--no-wait") { Description = "return at once; the silo goes on" };
        var command = new Command("backfill", "fetch past trades by REST; they take the same way as live ones, and a restart goes on with them") { exchange, symbol, from, leave };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (venue, pair) = (result.GetValue(exchange)!, result.GetValue(symbol)!);
            RowCommandOptions.Instrument(venue, pair);
            if (!TimeText.TryParse(result.GetValue(from)!, out var begin)) throw CliException.Usage($"--from '{result.GetValue(from)}' is no time: write ISO 8601 in UTC such as 2026-11-01T00:00:00Z.");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var progress = await client.BackfillAsync(venue, pair, new DateTimeOffset(begin.ToDateTime(), TimeSpan.Zero), cancellationToken);
            if (progress.Wanted == progress.Known)
            {
                await services.Terminal.Out.WriteLineAsync(progress.Wanted == 0 ? "nothing was traded between then and the first trade that is known" : string.Create(CultureInfo.InvariantCulture, $"all {progress.Wanted:N0} trades from then on are already there"));
                return ExitCode.Ok;
            }

            var bar = new ProgressBar(services.Terminal, $"{venue} {pair}", services.Time);
            try
            {
                while (true)
                {
                    bar.Show(progress.Known, progress.Wanted, progress.LastError);
                    if (progress.Known >= progress.Wanted || !progress.IsOpen || result.GetValue(leave)) break;
                    await Task.Delay(Poll, services.Time, cancellationToken);
                    progress = await client.GetBackfillProgressAsync(venue, pair, progress, cancellationToken);
                }
            }
            finally
            {
                bar.End();
            }

            if (progress.Known >= progress.Wanted || result.GetValue(leave)) return ExitCode.Ok;
            await services.Terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"k2: the exchange does not serve {progress.Wanted - progress.Known:N0} of the trades: see k2 gaps {venue} {pair}."));
            return ExitCode.Failed;
        });
        return command;
    }
}
