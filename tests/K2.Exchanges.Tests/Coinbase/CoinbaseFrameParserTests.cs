using System.Globalization;
using System.Text;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Coinbase;

namespace K2.Exchanges.Tests.Coinbase;

public sealed class CoinbaseFrameParserTests
{
    private const string Frame = """{"channel":"market_trades","timestamp":"2026-08-09T21:05:51.452192913Z","sequence_num":136,"events":[{"type":"update","trades":[{"product_id":"BTC-USD","trade_id":"1068572096","price":"65083.66","size":"0.00100346","time":"2026-08-09T21:05:51.426861Z","side":"BUY"}]}]}""";
    private static readonly Timestamp Received = Timestamp.From(new DateTimeOffset(2026, 8, 9, 21, 6, 0, TimeSpan.Zero));

    [Fact]
    public void Parse_RealTrade_EveryFieldAndTheTakersSide()
    {
        var result = Parse(Frame);

        var trade = Assert.Single(result.Trades.ToArray()).Trade;
        Assert.Equal((1068572096L, 6508366000000L, 100346L, TakerSide.Sell), (trade.TradeId, trade.Price.Mantissa, trade.Quantity.Mantissa, trade.Side));
        Assert.Equal("2026-08-09T21:05:51.426861Z", trade.ExchangeTime.ToString());
        Assert.Equal((136L, false), (result.Sequence, result.IsSnapshot));
    }

    [Fact]
    public void Parse_AdvancedCapture_TradesSidesAndSequencesAsRecorded()
    {
        var expected = new List<(string, long, string, string, TakerSide, string)>();
        var actual = new List<(string, long, string, string, TakerSide, string)>();
        var sequences = new List<long>();
        int snapshots = 0, rejected = 0;
        foreach (var (received, frame) in Captures.Read("captures/coinbase-advanced-2026-08-09.jsonl.gz"))
        {
            var result = Parse(frame, received);
            sequences.Add(result.Sequence);
            if (result.IsSnapshot) snapshots++;
            if (result.Kind == FrameKind.Rejected) rejected++;
            foreach (var (slot, trade) in result.Trades)
                actual.Add((Table().All.ElementAt(slot).NativeSymbol, trade.TradeId, FixedPoint.Format(trade.Price.Mantissa, 8), FixedPoint.Format(trade.Quantity.Mantissa, 8), trade.Side, trade.ExchangeTime.ToString()));

            using var json = JsonDocument.Parse(frame);
            if (json.RootElement.GetProperty("channel").GetString() != "market_trades") continue;
            foreach (var trade in json.RootElement.GetProperty("events").EnumerateArray().SelectMany(e => e.GetProperty("trades").EnumerateArray()).Reverse())
            {
                expected.Add((trade.GetProperty("product_id").GetString()!, long.Parse(trade.GetProperty("trade_id").GetString()!, CultureInfo.InvariantCulture), Trim(trade.GetProperty("price")), Trim(trade.GetProperty("size")),
                    trade.GetProperty("side").GetString() == "SELL" ? TakerSide.Buy : TakerSide.Sell, trade.GetProperty("time").GetString()!.Replace("Z", "", StringComparison.Ordinal).PadRight(26, '0') + "Z"));
            }
        }

        Assert.Equal(513, sequences.Count);
        Assert.Equal(Enumerable.Range(0, 513).Select(number => (long)number), sequences);
        Assert.Equal((2, 0), (snapshots, rejected));
        Assert.Equal(expected, actual);
        foreach (var product in actual.GroupBy(trade => trade.Item1))
        {
            var ids = product.Select(trade => trade.Item2).Distinct().Order().ToList();
            Assert.Equal(ids.Count, ids[^1] - ids[0] + 1);
        }
    }

    [Fact]
    public void Parse_ExchangeCapture_EveryMatch()
    {
        string[] products = ["SKL-USD", "SKL-BTC", "SKL-GBP", "BAND-BTC", "BAND-GBP"];
        var table = new InstrumentTable(products.Select(product => Instrument(product.Replace('-', '/'), product, product.EndsWith("BTC", StringComparison.Ordinal) ? 10 : 8)).ToList());
        var parser = new CoinbaseFrameParser(table);
        int frames = 0, matches = 0;
        foreach (var (received, frame) in Captures.Read("captures/coinbase-exchange-matches-2021-04-17.jsonl"))
        {
            frames++;
            var result = new FrameResult();
            parser.Parse(Encoding.UTF8.GetBytes(frame), received, TradeSource.Replay, result);
            using var json = JsonDocument.Parse(frame);
            var type = json.RootElement.GetProperty("type").GetString();
            if (type is not ("match" or "last_match"))
            {
                Assert.NotEqual(FrameKind.Rejected, result.Kind);
                continue;
            }

            matches++;
            var (slot, trade) = Assert.Single(result.Trades.ToArray());
            var instrument = parser.Instruments[slot];
            Assert.Equal(json.RootElement.GetProperty("product_id").GetString(), instrument.NativeSymbol);
            Assert.Equal(Trim(json.RootElement.GetProperty("price")), FixedPoint.Format(trade.Price.Mantissa, instrument.PriceScale));
            Assert.Equal(Trim(json.RootElement.GetProperty("size")), FixedPoint.Format(trade.Quantity.Mantissa, instrument.QuantityScale));
            Assert.Equal(json.RootElement.GetProperty("time").GetString()!.Replace("Z", "", StringComparison.Ordinal).PadRight(26, '0') + "Z", trade.ExchangeTime.ToString());
            Assert.Equal(-1, result.Sequence);
            Assert.Equal(json.RootElement.GetProperty("trade_id").GetInt64(), trade.TradeId);
            Assert.Equal(json.RootElement.GetProperty("side").GetString() == "sell" ? TakerSide.Buy : TakerSide.Sell, trade.Side);
            Assert.Equal(type == "last_match", result.IsSnapshot);
        }

        Assert.Equal((81, 78), (frames, matches));
    }

    [Fact]
    public void Parse_SeveralEvents_IdsRisePerProductAndNoneIsLost()
    {
        var result = Parse(Events(("update", [Row("BTC-USD", 12), Row("BTC-USD", 11), Row("ETH-USD", 7)]), ("update", [Row("BTC-USD", 14), Row("ETH-USD", 8), Row("BTC-USD", 13)])));

        Assert.Equal([(0, 11L), (0, 12L), (0, 13L), (0, 14L), (1, 7L), (1, 8L)], result.Trades.ToArray().Select(parsed => (parsed.Slot, parsed.Trade.TradeId)));
    }

    [Theory]
    [InlineData("snapshot", "snapshot", true)]
    [InlineData("snapshot", "update", false)]
    [InlineData("update", "snapshot", false)]
    public void Parse_SeveralEvents_AreASnapshotOnlyIfAllAre(string first, string second, bool isSnapshot) =>
        Assert.Equal(isSnapshot, Parse(Events((first, [Row("BTC-USD", 1)]), (second, [Row("BTC-USD", 2)]))).IsSnapshot);

    [Fact]
    public void Parse_OneBadTradeAmongGood_KeepsTheGood()
    {
        var result = Parse(Events(("update", [Row("BTC-USD", 12), Row("BTC-EUR", 5), Row("BTC-USD", 11)])));

        Assert.Equal((FrameKind.Trades, 2, 1, RejectReasons.UnknownSymbol, 3L), (result.Kind, result.Trades.Length, result.BadTrades, result.Reason, result.Sequence));
    }

    [Theory]
    [InlineData("""{"channel":"ticker","sequence_num":3,"events":[]}""", 3)]
    [InlineData("""{"type":"received","sequence":5}""", -1)]
    public void Parse_OtherChannel_IsIgnoredWithItsSequence(string frame, long sequence) =>
        Assert.Equal((FrameKind.Ignored, IgnoredKind.OtherStream, sequence), (Parse(frame).Kind, Parse(frame).Ignored, Parse(frame).Sequence));

    [Theory]
    [InlineData("", RejectReasons.BrokenJson)]
    [InlineData("[]", RejectReasons.UnknownMessage)]
    [InlineData("{}", RejectReasons.UnknownMessage)]
    [InlineData("""{"channel":5}""", RejectReasons.UnknownMessage)]
    [InlineData("""{"channel":"market_trades","events":5}""", RejectReasons.WrongType)]
    [InlineData("""{"channel":"ticker","channel":"ticker"}""", RejectReasons.DuplicateField)]
    [InlineData("""{"type":"match","trade_id":1}""", RejectReasons.MissingField)]
    public void Parse_BadMessage_IsRejectedWithItsReason(string frame, string reason) => Assert.Equal((FrameKind.Rejected, reason), (Parse(frame).Kind, Parse(frame).Reason));

    [Theory]
    [InlineData("""{"channel":"heartbeats","timestamp":"x","sequence_num":9,"events":[{"current_time":"2026-08-09 21:05:48.854840045 +0000 UTC m=+41691.260485341","heartbeat_counter":1}]}""", ControlKind.Heartbeat, 9)]
    [InlineData("""{"type":"error","message":"product not found"}""", ControlKind.Refused, -1)]
    [InlineData("""{"type":"heartbeat","last_trade_id":5}""", ControlKind.Heartbeat, -1)]
    public void Parse_Control_KeepsItsSequence(string frame, ControlKind control, long sequence)
    {
        var result = Parse(frame);

        Assert.Equal((FrameKind.Control, control, sequence), (result.Kind, result.Control, result.Sequence));
    }

    [Fact]
    public void Parse_Subscriptions_NamesTheProductsOfTrades()
    {
        var result = Parse("""{"channel":"subscriptions","sequence_num":2,"events":[{"subscriptions":{"heartbeats":["heartbeats"],"market_trades":["BTC-USD","ETH-USD"]}}]}""");

        Assert.Equal(ControlKind.Subscribed, result.Control);
        Assert.Equal(["BTC-USD", "ETH-USD"], result.Streams!);
    }

    [Theory]
    [InlineData("\"BUY\"", "\"BID\"", RejectReasons.SideMalformed)]
    [InlineData("\"65083.66\"", "65083.66", RejectReasons.WrongType)]
    [InlineData("65083.66", "6.5e4", RejectReasons.PriceMalformed)]
    [InlineData("0.00100346", "0.001003461", RejectReasons.QuantityTooPrecise)]
    [InlineData("1068572096", "x", RejectReasons.WrongType)]
    [InlineData("BTC-USD", "BTC-EUR", RejectReasons.UnknownSymbol)]
    [InlineData("\"trades\"", "\"deals\"", RejectReasons.MissingField)]
    [InlineData("\"events\"", "\"evnts\"", RejectReasons.MissingField)]
    [InlineData("2026-08-09T21:05:51.426861Z", "2006-08-09T21:05:51.426861Z", RejectReasons.TimeOutOfRange)]
    public void Parse_BadField_IsRejectedAndKeepsItsSequence(string from, string to, string reason)
    {
        var result = Parse(Frame.Replace(from, to, StringComparison.Ordinal));

        Assert.Equal((FrameKind.Rejected, reason, 136L), (result.Kind, result.Reason, result.Sequence));
    }

    [Fact]
    public void Read_RestPage_IsTheSameTradeAndPagesBack()
    {
        var history = new CoinbaseHistory();
        var btc = Table().All.First();
        var range = new HistoryRange(1068572000, 1068572096, new Timestamp(0));
        var first = history.First(btc, range);
        var result = new FrameResult();
        var next = history.Read(btc, range, first, """[{"time":"2026-08-09T21:05:51.426861Z","trade_id":1068572096,"price":"65083.66","size":"0.00100346","side":"buy"}]"""u8, name => name == "CB-AFTER" ? "1068572096" : null, Received, result);

        Assert.Equal("/products/BTC-USD/trades?limit=1000&after=1068572097", first.PathAndQuery);
        Assert.Equal("/products/BTC-USD/trades?limit=1000&after=1068572096", next!.PathAndQuery);
        Assert.Equal(Parse(Frame).Trades[0].Trade with { Source = TradeSource.Backfill }, result.Trades[0].Trade);
    }

    private static string Row(string product, long id) => $$"""{"product_id":"{{product}}","trade_id":"{{id}}","price":"1","size":"2","time":"2026-08-09T21:05:51Z","side":"BUY"}""";

    private static string Events(params (string Type, string[] Trades)[] events) =>
        """{"channel":"market_trades","sequence_num":3,"events":[""" + string.Join(',', events.Select(one => $$"""{"type":"{{one.Type}}","trades":[{{string.Join(',', one.Trades)}}]}""")) + "]}";

    private static Instrument Instrument(string symbol, string native, int priceScale = 8) => new(InstrumentId.Create(Exchange.Coinbase, symbol), native, symbol.Split('/')[0], symbol.Split('/')[1], priceScale, 8);

    private static InstrumentTable Table() => new([Instrument("BTC/USD", "BTC-USD"), Instrument("ETH/USD", "ETH-USD")]);

    private static string Trim(JsonElement number) => Kraken.KrakenFrameParserTests.Trim(number.GetString()!);

    private static FrameResult Parse(string frame, Timestamp? received = null)
    {
        var result = new FrameResult();
        new CoinbaseFrameParser(Table()).Parse(Encoding.UTF8.GetBytes(frame), received ?? Received, TradeSource.Live, result);
        return result;
    }
}
