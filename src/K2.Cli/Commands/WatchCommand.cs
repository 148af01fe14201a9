using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using K2.Cli.Locating;
using K2.Contracts.Http;
using K2.Contracts.Live;
using K2.Contracts.Symbols;

namespace K2.Cli.Commands;

/// <summary><c>k2 watch EXCHANGE SYMBOL</c>: trades as they come, one a line, until Ctrl-C.</summary>
internal static class WatchCommand
{
    private const int MaxCount = int.MaxValue;

    /// <summary>Sequences begin at an activation's time in microseconds: a jump of a second is a new activation, not a million events.</summary>
    private const long NewActivation = 1_000_000;

    public static Command Create(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string>("EXCHANGE") { Description = "binance, kraken or coinbase" };
        var symbol = new Argument<string>("SYMBOL") { Description = "for example BTC/USDT" };
        var count = new Option<string?>("--count") { Description = "end after this many trades", HelpName = "N" };
        var format = new Option<string?>("--format") { Description = "text (default), or json with one event a line", HelpName = "FORMAT" };
        var command = new Command("watch", "trades of an instrument as they come, until Ctrl-C") { exchange, symbol, count, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            var id = RowCommandOptions.Instrument(result.GetValue(exchange)!, result.GetValue(symbol)!);
            var most = RowCommandOptions.Number("--count", result.GetValue(count), MaxCount) ?? long.MaxValue;
            var wanted = result.GetValue(format);
            if (wanted is not (null or "text" or "json")) throw CliException.Usage($"--format '{wanted}' is unknown: write text or json.");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            try
            {
                await WriteAsync(client.WatchAsync(Domain.Instruments.ExchangeNames.ToName(id.Exchange), id.Symbol, cancellationToken), most, wanted == "json", services.Terminal);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                // Ctrl-C is how a watch is meant to end.
            }

            return ExitCode.Ok;
        });
        return command;
    }

    internal static async Task WriteAsync(IAsyncEnumerable<LiveEvent> events, long most, bool json, Terminal terminal)
    {
        long written = 0;
        long? sequence = null;
        await foreach (var liveEvent in events)
        {
            if (sequence is { } last && liveEvent.Sequence > last + 1)
                await terminal.Error.WriteLineAsync(liveEvent.Sequence - last > NewActivation
                    ? "k2: the server began anew here, events may be missing"
                    : string.Create(CultureInfo.InvariantCulture, $"k2: {liveEvent.Sequence - last - 1} events were lost here"));
            sequence = liveEvent.Sequence;
            if (json) await terminal.Out.WriteLineAsync(JsonSerializer.Serialize(liveEvent, ApiJson.Default.LiveEvent));
            foreach (var trade in liveEvent.Trades)
            {
                if (!json) await terminal.Out.WriteLineAsync(Line(trade));
                if (++written == most) break;
            }

            await terminal.Out.FlushAsync();
            if (written >= most) return;
        }
    }

    private static string Line(TradeView trade) =>
        $"{UtcTimeConverter.Format(trade.Time)}  {trade.Side.ToWire(),-7}  {DecimalTextConverter.Format(trade.Price),14}  {DecimalTextConverter.Format(trade.Quantity),16}  #{trade.TradeId.ToString(CultureInfo.InvariantCulture)}";
}
