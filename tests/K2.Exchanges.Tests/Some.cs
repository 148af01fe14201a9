using System.Text;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Binance;
using K2.Simulator;
using K2.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests;

/// <summary>Things that many tests need.</summary>
internal static class Some
{
    public const string BinanceTrades = "captures/binance-trade-2024-08-08.jsonl";
    public const string BinanceAggregates = "captures/binance-aggtrade-kline-2021-04-04.jsonl";
    public const string TradeFrame =
        """{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}""";
    public const string AggregateFrame =
        """{"stream":"dotusdt@aggTrade","data":{"e":"aggTrade","E":1617566591315,"s":"DOTUSDT","a":665076760,"p":"41.03000000","q":"0.08620500","f":745522877,"l":745522879,"T":1617566591314,"m":false,"M":true}}""";

    public static readonly Timestamp Received = Timestamp.FromMilliseconds(1723161254087);

    public static Instrument Instrument(string baseAsset, TradeKind kind = TradeKind.Single) =>
        new(InstrumentId.Create(Exchange.Binance, $"{baseAsset}/USDT"), $"{baseAsset}USDT", baseAsset, "USDT", 8, 8, kind);

    public static InstrumentTable Table(TradeKind kind = TradeKind.Single) => new([Instrument("BTC", kind), Instrument("ETH", kind), Instrument("DOT", kind)]);

    public static BinanceFrameParser Parser(TradeKind kind = TradeKind.Single) => new(Table(kind));

    public static FrameResult Parse(string frame, TradeKind kind = TradeKind.Single) => Parse(Encoding.UTF8.GetBytes(frame), kind);

    public static FrameResult Parse(ReadOnlySpan<byte> frame, TradeKind kind = TradeKind.Single)
    {
        var result = new FrameResult();
        Parser(kind).Parse(frame, Received, TradeSource.Live, result);
        return result;
    }

    public static ConnectorOptions Options(Uri endpoint) => new() { EndpointOverride = endpoint, BackoffMin = TimeSpan.FromMilliseconds(1), BackoffMax = TimeSpan.FromMilliseconds(5), Linger = TimeSpan.FromMilliseconds(1) };

    public static ConnectorWorker Worker(
        ConnectorOptions options,
        IConnectorSink sink,
        IFrameOrigins? origins = null,
        TradeKind kind = TradeKind.Single,
        TimeProvider? time = null,
        InstrumentTable? table = null)
    {
        table ??= Table(kind);
        return new ConnectorWorker(
            new BinanceAdapter(), table, [.. table.All], options, sink, origins, origins is null ? TradeSource.Live : TradeSource.Replay, new Random(1), time ?? TimeProvider.System, NullLogger.Instance);
    }

    public static MemoryFrameSource Frames(params string[] frames) => Frames("memory", frames.Select(f => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(f)));

    public static MemoryFrameSource Frames(string name, IEnumerable<ReadOnlyMemory<byte>> frames) =>
        new(name, [.. frames.Select((f, i) => (1723161254087000000 + (i * 1000000L), f))]);

    /// <summary>Trades of one symbol, with ids from 1 and times a given distance apart.</summary>
    public static string Trade(int id, string symbol = "BTCUSDT", long timeMs = 1723161255342, string price = "61837.63000000") =>
        $$$"""{"stream":"{{{symbol.ToLowerInvariant()}}}@trade","data":{"e":"trade","E":{{{timeMs}}},"s":"{{{symbol}}}","t":{{{id}}},"p":"{{{price}}}","q":"0.02000000","T":{{{timeMs}}},"m":true,"M":true}}""";

    public static string Capture(string relative)
    {
        var path = SharedFiles.TryFind(relative);
        Assert.SkipWhen(path is null, SharedFiles.Missing);
        return path!;
    }
}
