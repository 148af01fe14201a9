using System.CommandLine;
using System.Globalization;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Client;
using K2.Contracts.Lineage;
using K2.Domain.Instruments;

namespace K2.Cli.Commands;

/// <summary><c>k2 dead-letters list|replay</c>: input that could not be taken, and trades of it that can be taken now.</summary>
internal static class DeadLetterCommands
{
    private const int DefaultLimit = 100;
    private const int MaxLimit = 100_000;

    // Symbols whose letters are taken care of at once.
    private const int AtOnce = 4;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);
    private static readonly DateTime Always = new(9999, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    public static Command Create(CliServices services, TargetOptions target) => new("dead-letters", "input that could not be taken, with its original bytes") { ListCommand(services, target), ReplayCommand(services, target) };

    /// <summary>
    /// Has the trades taken that came beyond the horizon and lie in [from, until); returns whether none waits any more. Symbols without such trades cost a question each.
    /// </summary>
    public static async Task<bool> ReplayAsync(K2Client client, CliServices services, IReadOnlyCollection<InstrumentId> instruments, DateTime from, DateTime until, CancellationToken cancellationToken)
    {
        var request = new RebuildRequest { From = from, Until = until, FromRaw = false, FromDeadLetters = true };
        var good = true;
        foreach (var some in instruments.Chunk(AtOnce))
        {
            var ended = await Task.WhenAll(some.Select(id => RunAsync(client, services, id, request, cancellationToken)));
            foreach (var (id, progress) in some.Zip(ended).Where(one => one.Second.Settled > 0 || !one.Second.IsWhole))
            {
                await services.Terminal.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{id}: {progress.Settled:N0} late trades settled, {progress.Restored:N0} of them new; {progress.CandlesWritten:N0} candles written"));
                foreach (var words in progress.Rest) await services.Terminal.Out.WriteLineAsync("  " + words);
                if (progress.Problem.Length > 0) await services.Terminal.Error.WriteLineAsync($"k2: {id}: {progress.Problem}");
                good &= progress.IsWhole;
            }
        }

        return good;
    }

    private static Command ListCommand(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string?>("EXCHANGE") { Arity = ArgumentArity.ZeroOrOne, Description = "binance, kraken or coinbase; without it all" };
        var reason = new Option<string?>("--reason") { Description = "for example beyond-horizon or id-conflict", HelpName = "REASON" };
        var state = new Option<string?>("--state") { Description = "waiting (default), settled or all", HelpName = "STATE" };
        var limit = new Option<string?>("--limit") { Description = $"the most rows (default {DefaultLimit})", HelpName = "N" };
        var format = new Option<string?>("--format") { Description = "table (default), csv or json", HelpName = "FORMAT" };
        var command = new Command("list", "newest first: where it came from, what was wrong, whether it was taken since") { exchange, reason, state, limit, format };
        command.SetAction(async (result, cancellationToken) =>
        {
            // Nothing that a user writes becomes part of the statement unless it is one of a few known words.
            var conditions = new List<string> { "1 = 1" };
            if (result.GetValue(exchange) is { } name) conditions.Add(ExchangeNames.TryParse(name, out var venue) ? $"exchange = '{venue.ToName()}'" : throw CliException.Usage($"'{name}' is no exchange: write {string.Join(", ", ExchangeNames.All.Select(known => known.ToName()))}."));
            if (result.GetValue(reason) is { } why) conditions.Add(why.Length > 0 && why.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-') ? $"reason = '{why}'" : throw CliException.Usage($"--reason '{why}' is no reason: write lower case words such as beyond-horizon."));
            conditions.Add(result.GetValue(state) switch
            {
                null or "waiting" => "settled_at IS NULL",
                "settled" => "settled_at IS NOT NULL",
                "all" => "1 = 1",
                var other => throw CliException.Usage($"--state '{other}' is unknown: write waiting, settled or all."),
            });
            var shape = RowCommandOptions.ReadFormat(result.GetValue(format)) switch { RowFormat.Csv => "CSVWithNames", RowFormat.Json => "JSONEachRow", _ => "PrettyCompactMonoBlock" };
            var most = RowCommandOptions.Number("--limit", result.GetValue(limit), MaxLimit) ?? DefaultLimit;
            await using var runner = await services.OpenSqlAsync(services.Locator.Locate(result, target), cancellationToken);
            var sql = $"""
                SELECT written_at, exchange, reason, origin, sequence, detail, original_length, settled_at FROM k2.dead_letters
                WHERE {string.Join(" AND ", conditions)} ORDER BY written_at DESC, exchange, origin, sequence LIMIT {most} FORMAT {shape}
                """;
            await runner.RunAsync(sql, SqlCommand.PlainFormat, services.Terminal.Binary, cancellationToken);
            await services.Terminal.Binary.FlushAsync(cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command ReplayCommand(CliServices services, TargetOptions target)
    {
        var exchange = new Argument<string?>("EXCHANGE") { Arity = ArgumentArity.ZeroOrOne, Description = "binance, kraken or coinbase; without it all symbols" };
        var symbol = new Argument<string?>("SYMBOL") { Arity = ArgumentArity.ZeroOrOne, Description = "for example BTC/USDT" };
        var since = new Option<string?>("--since") { Description = "first moment of the trades", HelpName = "TIME" };
        var until = new Option<string?>("--until") { Description = "end, exclusive", HelpName = "TIME" };
        var command = new Command("replay", "take the trades that came when their day had left the warehouse: the day comes back from the cold tier, its candles are derived again; exit code 1 if some still wait") { exchange, symbol, since, until };
        command.SetAction(async (result, cancellationToken) =>
        {
            var (venue, pair) = (result.GetValue(exchange), result.GetValue(symbol));
            if (venue is not null && pair is null) throw CliException.Usage("name a symbol too, for example binance BTC/USDT, or neither.");
            InstrumentId? only = venue is null ? null : RowCommandOptions.Instrument(venue, pair!);
            var (from, end) = (TimeRange.Moment("--since", result.GetValue(since))?.ToDateTime() ?? DateTime.UnixEpoch, TimeRange.Moment("--until", result.GetValue(until))?.ToDateTime() ?? Always);
            if (from >= end) throw CliException.Usage("--since lies at or behind --until: the range is [since, until).");
            await using var client = await services.ConnectAsync(services.Locator.Locate(result, target), cancellationToken);
            return await ReplayAsync(client, services, only is { } id ? [id] : await InstrumentsAsync(client, cancellationToken), from, end, cancellationToken) ? ExitCode.Ok : ExitCode.Failed;
        });
        return command;
    }

    /// <summary>Returns the instruments that the server takes.</summary>
    public static async Task<IReadOnlyCollection<InstrumentId>> InstrumentsAsync(K2Client client, CancellationToken cancellationToken) =>
        [.. (await client.GetSymbolsAsync(cancellationToken)).Select(symbol => RowCommandOptions.Instrument(symbol.Exchange, symbol.Symbol))];

    private static async Task<RebuildProgress> RunAsync(K2Client client, CliServices services, InstrumentId id, RebuildRequest request, CancellationToken cancellationToken)
    {
        var (exchange, symbol) = (id.Exchange.ToName(), id.Symbol);
        var progress = await client.RebuildAsync(exchange, symbol, request, cancellationToken);
        while (!progress.Ended || progress.Request != request)
        {
            // Another rebuild of the symbol is waited for; one that its silo took along is begun again.
            await Task.Delay(Poll, services.Time, cancellationToken);
            progress = await client.GetRebuildProgressAsync(exchange, symbol, cancellationToken) is { } known && !(known.Ended && known.Request != request)
                ? known
                : await client.RebuildAsync(exchange, symbol, request, cancellationToken);
        }

        return progress;
    }
}
