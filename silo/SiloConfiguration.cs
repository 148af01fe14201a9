using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Retention;
using K2.Domain.Instruments;
using K2.Exchanges;
using K2.Simulator.Captures;
using K2.Simulator.Replay;
using K2.Streaming.Provider;
using K2.Warehouse;

namespace K2.Silo;

/// <summary>Turns the silo's options and environment into the options of its parts.</summary>
internal static class SiloConfiguration
{
    private static readonly TimeSpan AloneLinger = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SharedLinger = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MostLinger = TimeSpan.FromSeconds(10);

    public const string ClusterId = "k2";
    public const string ServiceId = "k2";
    public const int PartitionsPerExchange = 2;

    public static InstrumentTable Instruments(SiloOptions options)
    {
        try
        {
            return InstrumentFile.Load(options.InstrumentsFile ?? Path.Combine(AppContext.BaseDirectory, "instruments.yaml"));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InstrumentFileException or ArgumentException)
        {
            throw new StartupException($"The instruments file cannot be used: {failure.Message}", failure);
        }
    }

    public static IReadOnlyList<Instrument> Wanted(SiloOptions options, InstrumentTable instruments)
    {
        var served = instruments.All.Where(instrument => options.Exchanges.Contains(instrument.Id.Exchange)).ToList();
        if (options.Symbols.Count == 0) return served;
        return options.Symbols.SelectMany(symbol =>
        {
            // One symbol may be traded on several of the exchanges.
            var named = served.Where(instrument => InstrumentId.TryCreate(instrument.Id.Exchange, symbol, out var id) && instrument.Id == id).ToList();
            return named.Count > 0 ? named : throw new StartupException($"--symbols '{symbol}' is not in the instruments file: known are {string.Join(", ", served.Select(i => i.Id.Symbol).Distinct())}.");
        }).Distinct().ToList();
    }

    public static WarehouseOptions Warehouse(SiloOptions options, DataFolder folder, IConfiguration configuration) => new()
    {
        ConnectionString = configuration["K2:ClickHouse:ConnectionString"],
        Library = configuration["K2:ClickHouse:Library"],
        DataFolder = Path.Combine(folder.Path, WarehouseOptions.FolderName),
        Port = options.ClickHousePort,
        Linger = Linger(configuration),
    };

    // Each silo flushes for itself, so several silos would load ClickHouse several times as much for the same rows (decision 23).
    private static TimeSpan Linger(IConfiguration configuration) => configuration["K2:ClickHouse:Linger"] switch
    {
        null or "" => configuration[$"{ClusterSettings.SectionName}:{nameof(ClusterSettings.Redis)}"] is { Length: > 0 } ? SharedLinger : AloneLinger,
        { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) && time >= TimeSpan.Zero && time <= MostLinger => time,
        var text => throw new StartupException($"K2:ClickHouse:Linger '{text}' is no time from 0 to {MostLinger.TotalSeconds:0} s: write for example 00:00:00.250."),
    };

    /// <summary>Returns how long the warehouse keeps rows, from the section <c>K2:Retention</c>.</summary>
    /// <exception cref="StartupException">A time cannot be read, or the times do not go together.</exception>
    public static RetentionOptions Retention(IConfiguration configuration)
    {
        var section = configuration.GetSection(RetentionOptions.SectionName);
        var defaults = new RetentionOptions();
        return new RetentionOptions
        {
            Raw = Kept(section, nameof(RetentionOptions.Raw), defaults.Raw),
            Silver = Kept(section, nameof(RetentionOptions.Silver), defaults.Silver),
            Candles = Kept(section, nameof(RetentionOptions.Candles), defaults.Candles),
            Restored = Kept(section, nameof(RetentionOptions.Restored), defaults.Restored),
        }.Checked();
    }

    private static TimeSpan Kept(IConfigurationSection section, string name, TimeSpan otherwise) => section[name] switch
    {
        null or "" => otherwise,
        { } text when TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var time) => time,
        var text => throw new StartupException($"{RetentionOptions.SectionName}:{name} '{text}' is no time: write days.hours:minutes:seconds, for example 30.00:00:00."),
    };

    public static IProtocolProbe Probe(IConfiguration configuration) =>
        configuration["K2:Diagnostics:ProbeFile"] is { Length: > 0 } file ? FileProtocolProbe.Open(file) : NoProtocolProbe.Instance;

    /// <summary>Returns the mistake that a bench has put in, to see that it would be found.</summary>
    public static (LogStreamFault Stream, bool ReturnsEarly) Fault(IConfiguration configuration) => configuration["K2:Diagnostics:Fault"] switch
    {
        null or "" => (LogStreamFault.None, false),
        "return-before-durable" => (LogStreamFault.None, true),
        "commit-highest" => (LogStreamFault.CommitHighest, false),

        // Else the grain would see that a predecessor is missing and heal it.
        "cursor-one-too-far" => (LogStreamFault.CursorOneTooFarUnnoticed, false),
        var other => throw new StartupException($"K2:Diagnostics:Fault '{other}' is unknown: return-before-durable, commit-highest or cursor-one-too-far, and only in a bench."),
    };

    /// <summary>Returns the exchange that a replay's captures are of: what --exchanges says, or else what their frames tell.</summary>
    /// <exception cref="StartupException">They do not tell, are of several, or not of the one that was named.</exception>
    public static async Task<Exchange> ReplayedExchangeAsync(SiloOptions options, CancellationToken cancellationToken)
    {
        var exchange = options.Exchanges.SingleOrDefault();
        foreach (var capture in options.Captures)
        {
            var told = await PlayableAsync(() => CaptureExchange.FindAsync(capture, cancellationToken));
            if (exchange == Exchange.Unknown)
            {
                exchange = told != Exchange.Unknown
                    ? told
                    : throw new StartupException($"The capture '{capture}' does not tell which exchange it is of: name it by --exchanges {string.Join(" or ", ExchangeNames.All.Select(known => known.ToName()))}.");
            }

            if (told != exchange && told != Exchange.Unknown)
                throw new StartupException($"The capture '{capture}' is of {told.ToName()} and this replay of {exchange.ToName()} (--exchanges or the first capture): give each exchange a run of its own.");
        }

        return options.Repeat == 1 || exchange == Exchange.Binance
            ? exchange
            : throw new StartupException($"--repeat shifts the ids and times of binance only: leave it out for captures of {exchange.ToName()}.");
    }

    public static async Task<ReplayServer?> StartReplayAsync(SiloOptions options, InstrumentTable instruments, TimeProvider time, CancellationToken cancellationToken)
    {
        if (options.Source != SourceKind.Replay) return null;
        var exchange = options.Exchanges.Single();
        return await PlayableAsync(() => ReplayServer.StartAsync(
            new ReplayOptions
            {
                Exchange = exchange,
                Captures = options.Captures,
                Speed = options.Speed,
                Repeat = options.Repeat,

                // Frames of other symbols are played too: they belong into the dead letters.
                KnownSymbols = instruments.All.Where(instrument => instrument.Id.Exchange == exchange).Select(instrument => instrument.NativeSymbol).ToHashSet(StringComparer.Ordinal),
                Time = time,
            },
            cancellationToken));
    }

    private static async Task<T> PlayableAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new StartupException($"The capture cannot be played: {failure.Message}", failure);
        }
    }
}
