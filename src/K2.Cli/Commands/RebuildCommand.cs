using System.CommandLine;
using System.Globalization;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Contracts.Lineage;

namespace K2.Cli.Commands;

/// <summary><c>k2 rebuild --from raw|silver EXCHANGE SYMBOL --since TIME --until TIME</c>: derives rows again from the layer below.</summary>
internal static class RebuildCommand
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    public static Command Create(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string>("EXCHANGE") { Description = "binance, kraken or coinbase" };
        var symbol = new Argument<string>("SYMBOL") { Description = "for example BTC/USDT" };
        var layer = new Option<string>("--from") { Description = "raw: trades from raw frames, then candles; silver: candles from trades", Required = true, HelpName = "raw|silver" };
        var since = new Option<string>("--since") { Description = "first moment of the range, exchange time", Required = true, HelpName = "TIME" };
        var until = new Option<string>("--until") { Description = "end of the range, exclusive", Required = true, HelpName = "TIME" };
        var command = new Command("rebuild", "derive trades and candles of a range again, while live data flows; exit code 1 if something could not be derived") { exchange, symbol, layer, since, until };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (venue, pair) = (result.GetValue(exchange)!, result.GetValue(symbol)!);
            RowCommandOptions.Instrument(venue, pair);
            if (result.GetValue(layer) is not ("raw" or "silver")) throw CliException.Usage($"--from '{result.GetValue(layer)}' is no layer: write raw or silver.");
            var (from, end) = (TimeRange.Moment("--since", result.GetValue(since))!.Value, TimeRange.Moment("--until", result.GetValue(until))!.Value);
            if (from >= end) throw CliException.Usage("--since lies at or behind --until: the range is [since, until).");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            var request = new RebuildRequest { From = from.ToDateTime(), Until = end.ToDateTime(), FromRaw = result.GetValue(layer) == "raw" };
            var progress = await client.RebuildAsync(venue, pair, request, cancellationToken);
            if (progress.Request != request) throw CliException.Failed($"another rebuild of {venue} {pair} is under way ({Shown(progress.Request.From)} to {Shown(progress.Request.Until)}): wait for its end.");

            var bar = new ProgressBar(services.Terminal, $"{venue} {pair}", services.Time);
            try
            {
                while (true)
                {
                    bar.Show((long)(progress.Reached - request.From).TotalSeconds, (long)(request.Until - request.From).TotalSeconds, "seconds of data");
                    if (progress.Ended) break;
                    await Task.Delay(Poll, services.Time, cancellationToken);

                    // A silo that went away has done what lies before the point reached: another one does it once more, which changes nothing.
                    progress = await client.GetRebuildProgressAsync(venue, pair, cancellationToken) ?? await client.RebuildAsync(venue, pair, request, cancellationToken);
                }
            }
            finally
            {
                bar.End();
            }

            await SummaryAsync(services.Terminal, progress);
            return progress.IsWhole ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    private static async Task SummaryAsync(Terminal terminal, RebuildProgress progress)
    {
        var culture = CultureInfo.InvariantCulture;
        if (progress.Request.FromRaw)
            await terminal.Out.WriteLineAsync(string.Create(culture, $"trades: {progress.InRaw:N0} in raw records, {progress.Restored:N0} restored, {progress.Different:N0} different, {progress.WithoutRaw:N0} without a raw record, {progress.MissingIds:N0} ids nowhere"));
        await terminal.Out.WriteLineAsync(string.Create(culture, $"candles: {progress.CandlesWritten:N0} written, {progress.CandlesRemoved:N0} without trades removed"));
        foreach (var words in progress.Rest) await terminal.Out.WriteLineAsync("not derived: " + words);
        if (progress.Problem.Length > 0) await terminal.Error.WriteLineAsync($"k2: {progress.Problem}");
    }

    private static string Shown(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
