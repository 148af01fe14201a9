using System.CommandLine;
using System.Globalization;
using K2.Cli.Locating;
using K2.Cli.Output;
using K2.Cli.Reading;
using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Cli.Commands;

/// <summary>What <c>candles</c> and <c>trades</c> have in common: an instrument, a window, a limit and a format.</summary>
internal sealed class RowCommandOptions
{
    private const int DefaultLimit = 100;
    private const int MaxBackward = 10_000;
    private const int MaxForward = 100_000_000;
    private readonly Argument<string> _exchange = new("EXCHANGE") { Description = "binance, kraken or coinbase" };
    private readonly Argument<string> _symbol = new("SYMBOL") { Description = "for example BTC/USDT" };
    private readonly Option<string?> _from = new("--from") { Description = "first moment: ISO 8601 (UTC) or Unix seconds or milliseconds; without it the newest rows come", HelpName = "TIME" };
    private readonly Option<string?> _to = new("--to") { Description = "end, exclusive", HelpName = "TIME" };
    private readonly Option<string?> _snapshot = new("--snapshot") { Description = "the cold table as it was: a number of 'k2 snapshots', or the last one at or before a time (ISO 8601, UTC); needs a running silo", HelpName = "NUMBER|TIME" };
    private readonly Option<string?> _limit = new("--limit") { Description = $"the most rows (default {DefaultLimit})", HelpName = "N" };
    private readonly Option<string?> _format = new("--format") { Description = "table (default), csv or json", HelpName = "FORMAT" };

    public void AddTo(Command command)
    {
        command.Add(_exchange);
        command.Add(_symbol);
        command.Add(_from);
        command.Add(_to);
        command.Add(_snapshot);
        command.Add(_limit);
        command.Add(_format);
    }

    public RowRequest Request(ParseResult result)
    {
        var instrument = Instrument(result.GetValue(_exchange)!, result.GetValue(_symbol)!);
        var from = Moment("--from", result.GetValue(_from));
        var to = Moment("--to", result.GetValue(_to));
        if (from >= to) throw CliException.Usage("--from lies at or behind --to: the window is [from, to).");
        var most = from is null ? MaxBackward : MaxForward;
        var limit = Number("--limit", result.GetValue(_limit), most) ?? DefaultLimit;
        return new RowRequest(instrument, from, to, limit) { Snapshot = Snapshot(result.GetValue(_snapshot)) };
    }

    /// <summary>Opens what the rows are read by.</summary>
    /// <exception cref="CliException">A snapshot is asked for, and no silo runs: where the cold tables are, and with which keys they are read, only its settings say.</exception>
    public static Task<IMarketReader> OpenAsync(RowRequest request, ParseResult result, CliServices services, TargetOptions target, CancellationToken cancellationToken) =>
        services.Locator.Locate(result, target) switch
        {
            Target.AtRest folder when request.Snapshot is not null => throw CliException.Failed($"no silo runs on {folder.Path}, and --snapshot is read by a running one: start it or give --server."),
            var located => services.OpenReaderAsync(located, cancellationToken),
        };

    public RowFormat Format(ParseResult result) => ReadFormat(result.GetValue(_format));

    public static RowFormat ReadFormat(string? text) => text switch
    {
        null or "table" => RowFormat.Table,
        "csv" => RowFormat.Csv,
        "json" => RowFormat.Json,
        _ => throw CliException.Usage($"--format '{text}' is unknown: write table, csv or json."),
    };

    public static InstrumentId Instrument(string exchangeName, string symbol)
    {
        if (!ExchangeNames.TryParse(exchangeName, out var exchange)) throw CliException.Usage($"'{exchangeName}' is no exchange: write {string.Join(", ", ExchangeNames.All.Select(known => known.ToName()))}.");
        return InstrumentId.TryCreate(exchange, symbol, out var id) ? id : throw CliException.Usage($"'{symbol}' is no symbol: write BASE/QUOTE, for example BTC/USDT.");
    }

    public static int? Number(string option, string? text, int most)
    {
        if (text is null) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most
            ? number
            : throw CliException.Usage($"{option} '{text}' is out of range: write a whole number from 1 to {most}.");
    }

    private static ColdMoment? Snapshot(string? text)
    {
        if (text is null) return null;
        return ColdMoment.TryParse(text, out var moment) ? moment : throw CliException.Usage($"--snapshot '{text}' is neither the number of a snapshot nor a time: 'k2 snapshots' lists the numbers, and a time is ISO 8601 in UTC such as 2024-08-08T23:55:00Z.");
    }

    public static DateTimeOffset? Moment(string option, string? text)
    {
        if (text is null) return null;
        return TimeText.TryParse(text, out var time)
            ? new DateTimeOffset(time.ToDateTime(), TimeSpan.Zero)
            : throw CliException.Usage($"{option} '{text}' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z, or Unix seconds or milliseconds.");
    }
}
