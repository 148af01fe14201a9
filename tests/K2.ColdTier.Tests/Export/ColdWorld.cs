using System.Globalization;
using System.Text;
using K2.Abstractions.Cold;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.ColdTier.Stores;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.TestKit.Log;
using K2.TestKit.Warehouse;
using K2.Warehouse;
using K2.Warehouse.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.ColdTier.Tests.Export;

/// <summary>
/// A warehouse in the real engine, filled by statements as the platform would fill it (trades, then candles, then checkpoints), and a cold tier over it. The tables lie below
/// this process's working folder, where the engine's <c>icebergLocal</c> finds them.
/// </summary>
internal sealed class ColdWorld : IAsyncDisposable
{
    public static readonly string[] Symbols = ["binance:BTC/USDT", "binance:ETH/USDT", "kraken:BTC/USD", "coinbase:BTC/USD"];

    private static readonly Exchange[] All = [Exchange.Binance, Exchange.Kraken, Exchange.Coinbase];
    private readonly string _folder = Directory.CreateTempSubdirectory("k2-cold-world-").FullName;
    private readonly Dictionary<string, (long Offset, DateTime Last)> _reached = new(StringComparer.Ordinal);
    private readonly Dictionary<Exchange, long> _frames = [];
    private readonly bool _ownsHost;
    private long _ids;

    private ColdWorld(WarehouseHost host, bool ownsHost, InMemoryLog log) => (Host, _ownsHost, Log) = (host, ownsHost, log);

    public WarehouseHost Host { get; }

    public InMemoryLog Log { get; }

    public string TablesFolder { get; } = Path.Combine(Environment.CurrentDirectory, $"k2-cold-{Guid.NewGuid():N}");

    public string TemporaryFolder => Path.Combine(_folder, "tmp");

    public static bool HasEngine => EngineLocator.FindLibrary() is not null;

    /// <summary>Starts an engine, or takes one that is shared and stays.</summary>
    public static async Task<ColdWorld> StartAsync(SharedEngine? shared = null, InstrumentTable? instruments = null)
    {
        var known = instruments ?? WarehouseSamples.Instruments;
        var host = shared is null ? await StartHostAsync(known) : await shared.EmptyAsync(known);
        return new ColdWorld(host, shared is null, new InMemoryLog([.. All.Select(exchange => new LogTopic(TopicNames.Raw(exchange), 2))]));
    }

    public static async Task<WarehouseHost> StartHostAsync(InstrumentTable instruments) => await WarehouseHost.StartAsync(
        new WarehouseOptions { DataFolder = Directory.CreateTempSubdirectory("k2-cold-engine-").FullName, Port = 0 }, instruments, new PipelineCounters(), NoProtocolProbe.Instance, TimeProvider.System, NullLoggerFactory.Instance, CancellationToken.None);

    public async Task<ColdTier> OpenAsync(IObjectStore? store = null, ColdOptions? options = null, IColdSource? source = null)
    {
        Directory.CreateDirectory(TemporaryFolder);
        return await ColdTier.OpenAsync(options ?? Options(), store ?? LocalObjectStore.Open(TablesFolder, TimeProvider.System), source ?? Host.Cold, () => Log, All, TimeProvider.System, default);
    }

    public ColdOptions Options() => new() { Folder = TablesFolder, TemporaryFolder = TemporaryFolder };

    /// <summary>Adds trades of a symbol a given time apart, then its candles (unless no test looks at them), then its checkpoint.</summary>
    public async Task TradesAsync(string symbol, int count, DateTime start, double secondsApart = 1, bool checkpoints = true, bool candles = true)
    {
        var (exchange, name) = Split(symbol);
        var (offset, last) = _reached.GetValueOrDefault(symbol, (0, DateTime.UnixEpoch));
        var first = _ids;
        _ids += count;
        var version = LogPosition.Create(1, offset).Version;
        await RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO k2.silver_trades_store (exchange, symbol, canonical_symbol, id_epoch, trade_id, first_trade_id, last_trade_id, kind, price, quantity, quote_volume, side, source, timestamp, received_timestamp, version)
            SELECT '{exchange}', replaceRegexpAll('{name}', '[/-]', ''), '{name}', 0, number + {first}, number + {first}, number + {first}, 'single', toDecimal128(100 + (number * 7919 + {first}) % 1000, 18) / 8 AS price,
                toDecimal128(1 + number % 13, 18) / 1000, price * toDecimal128(1 + number % 13, 0) / 1000, if(number % 3 = 0, 'BUY', 'SELL'), if(number % 10 = 9, 'backfill', 'live'),
                fromUnixTimestamp64Micro({Micros(start)} + toInt64(number * {(long)(secondsApart * 1e6)}), 'UTC') AS at, at + toIntervalMillisecond(30), {version} + 1 + number
            FROM numbers({count})
            """));
        var end = start.AddSeconds(secondsApart * (count - 1));
        var now = end > last ? end : last;
        var reached = offset + count + 1;
        if (candles) await CandlesAsync(exchange, name, version, LogPosition.Create(1, reached).Version, last, now);
        _reached[symbol] = (reached, now);
        if (checkpoints) await CheckpointAsync(symbol);
    }

    public async Task CheckpointAsync(string symbol)
    {
        var (exchange, name) = Split(symbol);
        await RunAsync($"INSERT INTO k2.symbol_state_store (exchange, canonical_symbol, version, state) VALUES ('{exchange}', '{name}', {LogPosition.Create(1, _reached[symbol].Offset).Version}, '')");
    }

    /// <summary>Archives frames of an exchange with one trade each.</summary>
    public async Task FramesAsync(Exchange exchange, int count, DateTime start)
    {
        var topic = TopicNames.Raw(exchange);
        var first = _frames.GetValueOrDefault(exchange, 0);
        for (var partition = 0; partition < 2; partition++)
        {
            var own = Enumerable.Range(0, count).Select(number => first + number).Where(number => number % 2 == partition).ToList();
            if (own.Count == 0) continue;
            var origin = Enumerable.Range(0, 100).Select(number => $"{exchange.ToName()}-c{number}").First(name => Log.PartitionOf(topic, name) == partition);
            var chunk = new RawChunk
            {
                Exchange = exchange,
                Origin = origin,
                IsReplay = false,
                Sequences = own,
                ReceivedTimes = [.. own.Select(number => Timestamp.From(new DateTimeOffset(start, TimeSpan.Zero).AddSeconds(number - first)))],
                Frames = [.. own.Select(number => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(Frame(exchange, number, start)))],
                Partition = partition,
            };
            var position = (await Log.AppendAsync([new LogAppend(topic, origin, own.Count, RawChunkCodec.Encode(chunk))], default))[0];
            await Host.Writer.WriteRawAsync([chunk with { Positions = [.. own.Select((_, index) => position.Version + index)] }], default);
            await Log.CommitAsync(topic, partition, position.Plus(own.Count), default);
        }

        _frames[exchange] = first + count;
    }

    /// <summary>Archives frames of an exchange as they are given.</summary>
    public async Task FramesAsync(Exchange exchange, DateTime start, params string[] frames)
    {
        var (topic, first) = (TopicNames.Raw(exchange), _frames.GetValueOrDefault(exchange, 0));
        var chunk = new RawChunk
        {
            Exchange = exchange,
            Origin = $"{exchange.ToName()}-given",
            IsReplay = false,
            Sequences = [.. frames.Select((_, index) => first + index)],
            ReceivedTimes = [.. frames.Select(_ => Timestamp.From(new DateTimeOffset(start, TimeSpan.Zero)))],
            Frames = [.. frames.Select(frame => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(frame))],
            Partition = Log.PartitionOf(topic, $"{exchange.ToName()}-given"),
        };
        var position = (await Log.AppendAsync([new LogAppend(topic, chunk.Origin, frames.Length, RawChunkCodec.Encode(chunk))], default))[0];
        await Host.Writer.WriteRawAsync([chunk with { Positions = [.. frames.Select((_, index) => position.Version + index)] }], default);
        await Log.CommitAsync(topic, chunk.Partition, position.Plus(frames.Length), default);
        _frames[exchange] = first + frames.Length;
    }

    /// <summary>Moves the raw log on by records that leave no frame.</summary>
    public async Task SkipAsync(Exchange exchange, int records)
    {
        var (topic, origin) = (TopicNames.Raw(exchange), $"{exchange.ToName()}-given");
        var position = (await Log.AppendAsync([new LogAppend(topic, origin, records, new byte[] { 1 })], default))[0];
        await Log.CommitAsync(topic, Log.PartitionOf(topic, origin), position.Plus(records), default);
    }

    public async Task<string> AskAsync(string sql)
    {
        using var answer = new MemoryStream();
        await Host.QueryRawAsync(sql.Contains(" FORMAT ", StringComparison.Ordinal) ? sql : sql + " FORMAT TSV", answer, default);
        return Encoding.UTF8.GetString(answer.ToArray()).Trim();
    }

    public async Task RunAsync(string sql)
    {
        using var answer = new MemoryStream();
        await Host.QueryRawAsync(sql, answer, default);
    }

    /// <summary>The table as the engine reads it.</summary>
    public string Iceberg(string table) => $"icebergLocal('{TablesFolder}/cold/{table}')";

    public async ValueTask DisposeAsync()
    {
        if (_ownsHost) await Host.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
        if (Directory.Exists(TablesFolder)) Directory.Delete(TablesFolder, recursive: true);
    }

    // All timeframes in one statement a table: statements, not rows, are what this costs.
    private async Task CandlesAsync(string exchange, string name, long above, long version, DateTime last, DateTime now)
    {
        const string columns = "exchange, symbol, canonical_symbol, timeframe, window_start, window_end, open_price, high_price, low_price, close_price, volume, quote_volume, trade_count, open_time, close_time, open_trade_id, close_trade_id, closed, complete, revision, version";
        await RunAsync($"INSERT INTO k2.ohlcv_store ({columns}) {string.Join(" UNION ALL ", Timeframes.All.Select(timeframe => Candles(exchange, name, timeframe, above, version, last, now)))}");
        await RunAsync($"INSERT INTO k2.candle_revisions_store ({columns}) {string.Join(" UNION ALL ", Timeframes.All.Select(timeframe => $"{Candles(exchange, name, timeframe, above, version, last, now)} AND start + {timeframe.LengthMicroseconds()} <= {Micros(now)}"))}");
    }

    private static string Candles(string exchange, string name, Timeframe timeframe, long above, long version, DateTime last, DateTime now)
    {
        var length = timeframe.LengthMicroseconds();
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT exchange, any(symbol), canonical_symbol, '{timeframe.ToName()}', fromUnixTimestamp64Micro(start, 'UTC'), fromUnixTimestamp64Micro(start + {length}, 'UTC'),
                argMin(price, (timestamp, trade_id)), max(price), min(price), argMax(price, (timestamp, trade_id)), sum(quantity), sum(quote_volume), toInt64(count()), min(timestamp), max(timestamp),
                argMin(trade_id, (timestamp, trade_id)), argMax(trade_id, (timestamp, trade_id)), start + {length} <= {Micros(now)}, 'yes', if(start + {length} <= {Micros(last)}, 1, 0), {version}
            FROM (SELECT *, intDiv(toUnixTimestamp64Micro(timestamp), {length}) * {length} AS start FROM k2.silver_trades WHERE exchange = '{exchange}' AND canonical_symbol = '{name}')
            GROUP BY exchange, canonical_symbol, start HAVING (max(version) > {above} OR (start + {length} <= {Micros(now)} AND start + {length} > {Micros(last)}))
            """);
    }

    private static string Frame(Exchange exchange, long number, DateTime start)
    {
        var text = number.ToString(CultureInfo.InvariantCulture);
        var time = start.AddSeconds(number).ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var milliseconds = (Micros(start) / 1000).ToString(CultureInfo.InvariantCulture);
        return exchange switch
        {
            Exchange.Binance => $$"""{"e":"trade","E":{{milliseconds}},"s":"BTCUSDT","t":{{text}},"p":"{{text}}.25","q":"0.5","T":{{milliseconds}},"m":{{(number % 2 == 0 ? "true" : "false")}}}""",
            Exchange.Kraken => $$"""{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":{{text}}.5,"qty":1.5,"ord_type":"limit","trade_id":{{text}},"timestamp":"{{(number % 5 == 0 ? "never" : time)}}"}]}""",
            _ => $$"""{"channel":"market_trades","sequence_num":{{text}},"events":[{"type":"update","trades":[{"trade_id":"{{text}}","product_id":"BTC-USD","price":"{{text}}.75","size":"2","side":"SELL","time":"{{time}}"},{"trade_id":"{{text}}b","product_id":"BTC-USD","price":"1","size":"3","side":"BUY","time":"{{time}}"}]}]}""",
        };
    }

    private static (string Exchange, string Symbol) Split(string symbol) => (symbol[..symbol.IndexOf(':', StringComparison.Ordinal)], symbol[(symbol.IndexOf(':', StringComparison.Ordinal) + 1)..]);

    private static long Micros(DateTime time) => Timestamp.From(new DateTimeOffset(time, TimeSpan.Zero)).Microseconds;
}
