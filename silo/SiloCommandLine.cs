using System.CommandLine;
using K2.Abstractions;
using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.Simulator.Replay;

namespace K2.Silo;

/// <summary>The silo's command line. A bad option is one sentence that says how to mend it.</summary>
public static class SiloCommandLine
{
    private const string Nobody = "none";
    private static readonly Option<string> SourceOption = new("--source") { Description = "where trades come from: simulated, live or replay", DefaultValueFactory = _ => "simulated" };
    private static readonly Option<string[]> CapturesOption = new("--captures") { Description = "capture files for replay (JSON lines, .gz too)", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string> SpeedOption = new("--speed") { Description = "pace of a replay: 1, a factor such as 20 or 0.5, or max", DefaultValueFactory = _ => "1" };
    private static readonly Option<int> RepeatOption = new("--repeat") { Description = "play the captures (Binance's) this often, with shifted ids and times", DefaultValueFactory = _ => 1 };
    private static readonly Option<bool> ExitAtEndOption = new("--exit-at-end") { Description = "end when the captures have been played and stored" };
    private static readonly Option<string[]> ExchangesOption = new("--exchanges") { Description = "exchanges to take; with replay only needed where the captures do not tell their exchange", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> ConnectOption = new("--connect") { Description = "exchanges to connect to, or none (default: all of --exchanges); the others' trades come into a log in Kafka by other programs", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> SymbolsOption = new("--symbols") { Description = "canonical symbols to take, for example BTC/USDT (default: all of the instruments file)", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string?> DataOption = new("--data") { Description = "data folder (default ./data/SOURCE)" };
    private static readonly Option<string> UrlsOption = new("--urls") { Description = "address of API and pages", DefaultValueFactory = _ => SiloOptions.DefaultUrl };
    private static readonly Option<int> ClickHousePortOption = new("--clickhouse-port") { Description = "port of ClickHouse's HTTP protocol; 0 takes a free one", DefaultValueFactory = _ => SiloOptions.DefaultClickHousePort };
    private static readonly Option<string?> InstrumentsOption = new("--instruments") { Description = "an instruments file in place of the built-in one" };
    private static readonly Option<string> RoleOption = new("--role") { Description = "all (default); in a cluster also silo, which takes and keeps trades, or api, which serves them", DefaultValueFactory = _ => "all" };
    private static readonly Option<int> SeedOption = new("--seed") { Description = "seed of the simulated feed", DefaultValueFactory = _ => 1 };
    private static readonly Option<string[]> EndpointOption = new("--endpoint") { Description = "where an exchange is reached: EXCHANGE=WEBSOCKET,REST, for example of k2 simulate" };
    private static readonly Option<bool> HealthCheckOption = new("--healthcheck") { Description = "ask the silo that runs at --urls whether it serves, and end: code 0 if so (for containers)" };

    /// <summary>Reads the command line; answers null where help or the version was asked for and has been printed.</summary>
    /// <exception cref="StartupException">An option is bad.</exception>
    public static SiloOptions? Parse(string[] args)
    {
        var root = new RootCommand("K2 on Orleans: market data from exchanges as exact trades and candles.");
        Option[] all = [SourceOption, CapturesOption, SpeedOption, RepeatOption, ExitAtEndOption, ExchangesOption, ConnectOption, SymbolsOption, DataOption, UrlsOption, ClickHousePortOption, InstrumentsOption, RoleOption, SeedOption, EndpointOption, HealthCheckOption];
        foreach (var option in all) root.Options.Add(option);

        SiloOptions? options = null;
        root.SetAction(result => options = Check(result));
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0) throw new StartupException(string.Join(" ", parsed.Errors.Select(error => error.Message)) + " See --help.");
        parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        return options;
    }

    private static SiloOptions Check(ParseResult result)
    {
        if (!Enum.TryParse<SourceKind>(result.GetValue(SourceOption), true, out var source) || !Enum.IsDefined(source)) throw new StartupException($"--source '{result.GetValue(SourceOption)}' is unknown: write simulated, live or replay.");
        if (!Enum.TryParse<SiloRole>(result.GetValue(RoleOption), true, out var role) || !Enum.IsDefined(role)) throw new StartupException($"--role '{result.GetValue(RoleOption)}' is unknown: write all, silo or api.");
        if (role != SiloRole.All && source == SourceKind.Replay) throw new StartupException($"--source replay plays captures to one process: leave --role {result.GetValue(RoleOption)} out.");

        var captures = result.GetValue(CapturesOption) ?? [];
        if (source == SourceKind.Replay && captures.Length == 0) throw new StartupException("--source replay needs --captures FILE…");
        if (source != SourceKind.Replay && captures.Length > 0) throw new StartupException("--captures goes with --source replay only.");
        foreach (var capture in captures)
        {
            if (!File.Exists(capture)) throw new StartupException($"The capture '{capture}' does not exist: check the path after --captures.");
        }

        var exitAtEnd = result.GetValue(ExitAtEndOption);
        if (exitAtEnd && source != SourceKind.Replay) throw new StartupException("--exit-at-end goes with --source replay only: other sources do not end.");
        var repeat = result.GetValue(RepeatOption);
        if (repeat is < 1 or > 1_000_000) throw new StartupException("--repeat takes a whole number from 1 to 1000000.");
        var port = result.GetValue(ClickHousePortOption);
        if (port is < 0 or > 65_535) throw new StartupException("--clickhouse-port takes 0 to 65535.");
        var url = result.GetValue(UrlsOption)!;
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttp) throw new StartupException($"--urls '{url}' is no http address: write for example {SiloOptions.DefaultUrl}.");

        var exchanges = Exchanges(result.GetValue(ExchangesOption) ?? [], source);
        return new SiloOptions
        {
            Role = role,
            Source = source,
            Captures = captures,
            Speed = Speed(result.GetValue(SpeedOption)!),
            Repeat = repeat,
            ExitAtEnd = exitAtEnd,
            Exchanges = exchanges,
            Connected = Connected(result.GetValue(ConnectOption) ?? [], exchanges, source),
            Symbols = result.GetValue(SymbolsOption) ?? [],
            DataFolder = Path.GetFullPath(result.GetValue(DataOption) ?? Path.Combine("data", source.ToString().ToLowerInvariant())),
            Url = url.TrimEnd('/'),
            HealthCheck = result.GetValue(HealthCheckOption),
            ClickHousePort = port,
            InstrumentsFile = result.GetValue(InstrumentsOption),
            Addresses = Addresses(result.GetValue(EndpointOption) ?? [], source),
            Seed = result.GetValue(SeedOption) is >= 0 and var seed ? seed : throw new StartupException("--seed takes a whole number from 0."),
        };
    }

    private static List<Exchange> Connected(string[] names, List<Exchange> exchanges, SourceKind source)
    {
        if (names.Length == 0) return exchanges;
        if (source == SourceKind.Replay) throw new StartupException("--connect does not go with --source replay: leave it out.");
        if (names is [Nobody]) return [];
        return names.Select(name => ExchangeNames.TryParse(name, out var exchange) && exchanges.Contains(exchange)
            ? exchange
            : throw new StartupException($"--connect '{name}' is none of the exchanges taken: write {Nobody}, or some of {string.Join(", ", exchanges.Select(known => known.ToName()))}.")).Distinct().ToList();
    }

    private static Dictionary<Exchange, ExchangeAddress> Addresses(string[] texts, SourceKind source)
    {
        if (texts.Length > 0 && source == SourceKind.Replay) throw new StartupException("--endpoint does not go with --source replay: captures are played from an address of their own.");
        var addresses = new Dictionary<Exchange, ExchangeAddress>();
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            var uris = parts.Length < 2 ? [] : parts[1].Split(',');
            if (!ExchangeNames.TryParse(parts[0], out var exchange) || uris.Length != 2 || Address(uris[0], "ws", "wss") is not { } socket || Address(uris[1], "http", "https") is not { } rest)
                throw new StartupException($"--endpoint '{text}' is no address of an exchange: write for example binance=ws://127.0.0.1:9001/stream,http://127.0.0.1:9001/.");
            if (!addresses.TryAdd(exchange, new ExchangeAddress(socket, rest))) throw new StartupException($"--endpoint names {exchange.ToName()} twice.");
        }

        return addresses;
    }

    private static Uri? Address(string text, params ReadOnlySpan<string> schemes) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && schemes.Contains(uri.Scheme) ? uri : null;

    private static ReplaySpeed Speed(string text) =>
        ReplaySpeed.TryParse(text, out var speed) ? speed : throw new StartupException($"--speed '{text}' is no pace: write 1, a factor such as 20 or 0.5, or max.");

    private static List<Exchange> Exchanges(string[] names, SourceKind source)
    {
        if (names.Length == 0) return source == SourceKind.Replay ? [] : [.. ExchangeNames.All];
        var exchanges = names.Select(name => ExchangeNames.TryParse(name, out var exchange)
            ? exchange
            : throw new StartupException($"--exchanges '{name}' is unknown: write {string.Join(", ", ExchangeNames.All.Select(known => known.ToName()))}.")).Distinct().ToList();
        return source == SourceKind.Replay && exchanges.Count > 1
            ? throw new StartupException("--exchanges: a replay plays the captures of one exchange; give each exchange a run of its own, into the same --data if you like.")
            : exchanges;
    }
}
