using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Cli.Reading;
using K2.Domain.Candles;
using K2.Warehouse.Reading;
using Spectre.Console;

namespace K2.Cli.Commands;

/// <summary><c>k2 why EXCHANGE SYMBOL TIME</c>: a candle's trades, log positions, raw records, revisions and gaps.</summary>
internal static class WhyCommand
{
    public static Command Create(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string>("EXCHANGE") { Description = "binance, kraken or coinbase" };
        var symbol = new Argument<string>("SYMBOL") { Description = "for example BTC/USDT" };
        var time = new Argument<string>("TIME") { Description = "a moment of the window: ISO 8601 (UTC) or Unix seconds or milliseconds" };
        var timeframe = new Option<string?>("--timeframe") { Description = $"{string.Join(", ", Timeframes.All.Select(known => known.ToName()))} (default 1m)", HelpName = "NAME" };
        var format = new Option<string?>("--format") { Description = "table (default) or json", HelpName = "FORMAT" };
        var command = new Command("why", "explain a candle: its trades, log positions, raw records, revisions and gaps") { exchange, symbol, time, timeframe, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var instrument = RowCommandOptions.Instrument(result.GetValue(exchange)!, result.GetValue(symbol)!);
            var moment = TimeRange.Moment("TIME", result.GetValue(time))!.Value;
            if (!Timeframes.TryParse(result.GetValue(timeframe) ?? "1m", out var frame)) throw CliException.Usage($"--timeframe '{result.GetValue(timeframe)}' is unknown: write {string.Join(", ", Timeframes.All.Select(known => known.ToName()))}.");
            if (result.GetValue(format) is { } wanted && wanted is not ("table" or "json")) throw CliException.Usage($"--format '{wanted}' is unknown: write table or json.");
            await using var reader = await LineageReader.OpenAsync(services.Locator.Locate(result, target), cancellationToken);
            var story = await reader.Story.ReadAsync(instrument, moment, frame, cancellationToken);
            if (result.GetValue(format) == "json") await services.Terminal.Out.WriteLineAsync(JsonSerializer.Serialize(story, LineageJson.Default.CandleStory));
            else await TellAsync(story, services.Terminal);
            return story.Row is null && story.FromTrades is null ? ExitCode.Failed : ExitCode.Ok;
        });
        return command;
    }

    private static async Task TellAsync(CandleStory story, Terminal terminal)
    {
        var words = terminal.Out;
        await words.WriteLineAsync($"{story.Exchange} {story.Symbol} {story.Timeframe} [{story.WindowStart}, {story.WindowEnd})");
        var rows = Tables.Create([("", false), ("open", true), ("high", true), ("low", true), ("close", true), ("volume", true), ("quote volume", true), ("trades", true), ("closed", false), ("complete", false), ("revision", true), ("position", true)]);
        if (story.Row is { } row) Add(rows, "stored", row);
        if (story.FromTrades is { } made) rows.AddRow("from its trades", made.Open, made.High, made.Low, made.Close, made.Volume, made.QuoteVolume, Number(made.TradeCount), "", "", "", "");
        foreach (var revision in story.Revisions) Add(rows, "was", revision);
        if (rows.Rows.Count > 0) Tables.Write(rows, terminal);
        await words.WriteLineAsync(story.Equal ? "The stored row is what its trades make of it." : story.Row is null || story.FromTrades is null ? "There is nothing to compare." : "The stored row is NOT what its trades make of it: see k2 verify, k2 rebuild.");
        await words.WriteLineAsync($"Completeness: {story.Completeness}.");
        foreach (var source in story.Sources) await words.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{source.Trades:N0} trades by {source.Source}, received {source.FirstReceived} to {source.LastReceived}, {source.Late:N0} of them behind the window's end"));
        var trades = Tables.Create([("trade", true), ("price", true), ("quantity", true), ("side", false), ("time", false), ("received", false), ("source", false), ("position", true), ("", false)]);
        foreach (var trade in story.Trades) trades.AddRow(Number(trade.TradeId), trade.Price, trade.Quantity, trade.Side, trade.Time, trade.Received, trade.Source, trade.Position, trade.IsLate ? "late" : "");
        if (trades.Rows.Count > 0) Tables.Write(trades, terminal);
        foreach (var frames in story.Frames) await words.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"raw: {frames.Frames:N0} records of {frames.Origin}, {frames.FirstSequence} to {frames.LastSequence}"));
        if (story.Frames.Count == 0) await words.WriteLineAsync("raw: no record of these trades is kept");
        foreach (var gap in story.Gaps) await words.WriteLineAsync($"gap: {gap.From} to {gap.Until}, ids {Number(gap.FirstMissingId)} to {Number(gap.LastMissingId)}, {gap.Cause}, {gap.State} {gap.Reason}".TrimEnd());
    }

    private static void Add(Table table, string name, StoryRow row) => table.AddRow(
        name, row.Open, row.High, row.Low, row.Close, row.Volume, row.QuoteVolume, Number(row.TradeCount), row.Closed ? "yes" : "no", row.Complete, Number(row.Revision), Markup.Escape(row.Position));

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
