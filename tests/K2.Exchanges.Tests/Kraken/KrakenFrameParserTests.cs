using System.Globalization;
using System.Text;
using System.Text.Json;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Kraken;

namespace K2.Exchanges.Tests.Kraken;

public sealed class KrakenFrameParserTests
{
    private const string TradeText = """{"symbol":"MATIC/USD","side":"buy","price":0.5147,"qty":6423.46326,"ord_type":"limit","trade_id":4665846,"timestamp":"2023-09-25T07:48:36.925533Z"}""";
    private static readonly Timestamp Received = Timestamp.From(new DateTimeOffset(2023, 9, 25, 8, 0, 0, TimeSpan.Zero));
    private static readonly Instrument Matic = Instrument("MATIC/USD", "MATIC/USD");
    private static readonly Instrument Btc = Instrument("BTC/USD", "XBT/USD");

    [Fact]
    public void Parse_DocumentedTrade_EveryField()
    {
        var result = Parse(Update(TradeText));

        var trade = Assert.Single(result.Trades.ToArray()).Trade;
        Assert.Equal((4665846L, 5147000000L, 642346326000L, TakerSide.Buy), (trade.TradeId, trade.Price.Mantissa, trade.Quantity.Mantissa, trade.Side));
        Assert.Equal("2023-09-25T07:48:36.925533Z", trade.ExchangeTime.ToString());
        Assert.False(result.IsSnapshot);
    }

    [Fact]
    public void Parse_SeveralTrades_KeepsEachInOrder()
    {
        var result = Parse(Update(TradeText, Change("4665846", "4665847").Replace("\"buy\"", "\"sell\"", StringComparison.Ordinal), Change("MATIC/USD", "BTC/USD")));

        Assert.Equal([(0, 4665846L, TakerSide.Buy), (0, 4665847L, TakerSide.Sell), (1, 4665846L, TakerSide.Buy)], result.Trades.ToArray().Select(t => (t.Slot, t.Trade.TradeId, t.Trade.Side)));
    }

    [Theory]
    [InlineData("5e-05", 5000L)]
    [InlineData("1E2", 10_000_000_000L)]
    [InlineData("6423.46326", 642_346_326_000L)]
    [InlineData("0.00000001", 1L)]
    [InlineData("92233720368.54775807", long.MaxValue)]
    public void Parse_NumberForms_AreExact(string number, long mantissa) =>
        Assert.Equal(mantissa, Parse(Update(Change("6423.46326", number))).Trades[0].Trade.Quantity.Mantissa);

    [Theory]
    [InlineData("0.5147", "0", RejectReasons.PriceNotPositive)]
    [InlineData("0.5147", "-1", RejectReasons.PriceNotPositive)]
    [InlineData("0.5147", "1e-11", RejectReasons.PriceTooPrecise)]
    [InlineData("0.5147", "1e30", RejectReasons.PriceTooLarge)]
    [InlineData("0.5147", "\"0.5147\"", RejectReasons.WrongType)]
    [InlineData("6423.46326", "0.000000001", RejectReasons.QuantityTooPrecise)]
    [InlineData("6423.46326", "0e0", RejectReasons.QuantityNotPositive)]
    [InlineData("6423.46326", "null", RejectReasons.MissingField)]
    [InlineData("\"buy\"", "\"hold\"", RejectReasons.SideMalformed)]
    [InlineData("\"side\":\"buy\",", "", RejectReasons.MissingField)]
    [InlineData("4665846", "0", RejectReasons.IdOutOfRange)]
    [InlineData("4665846", "4665846.5", RejectReasons.WrongType)]
    [InlineData("4665846", "99999999999999999999", RejectReasons.WrongType)]
    [InlineData("MATIC/USD", "DOGS/USD", RejectReasons.UnknownSymbol)]
    [InlineData("\"MATIC/USD\"", "5", RejectReasons.WrongType)]
    [InlineData("2023-09-25T07:48:36.925533Z", "2023-09-27T07:48:36Z", RejectReasons.TimeOutOfRange)]
    [InlineData("2023-09-25T07:48:36.925533Z", "2023-02-30T07:48:36Z", RejectReasons.WrongType)]
    [InlineData("2023-09-25T07:48:36.925533Z", "2023-09-25T07:48:36+02:00", RejectReasons.WrongType)]
    [InlineData("\"side\":\"buy\"", "\"side\":\"buy\",\"side\":\"sell\"", RejectReasons.DuplicateField)]
    public void Parse_BadField_IsRejectedWithItsReason(string from, string to, string reason)
    {
        var result = Parse(Update(Change(from, to)));

        Assert.Equal((FrameKind.Rejected, reason), (result.Kind, result.Reason));
        Assert.NotEmpty(result.Detail);
    }

    [Fact]
    public void Parse_OneBadTradeAmongGood_KeepsTheGood()
    {
        var result = Parse(Update(Change("0.5147", "0"), TradeText));

        Assert.Equal((FrameKind.Trades, 1, 1, RejectReasons.PriceNotPositive), (result.Kind, result.Trades.Length, result.BadTrades, result.Reason));
    }

    [Theory]
    [InlineData("""{"channel":"heartbeat"}""", ControlKind.Heartbeat, -1, null)]
    [InlineData("""{"channel":"status","type":"update","data":[{"system":"online"}]}""", ControlKind.Status, -1, null)]
    [InlineData("""{"method":"pong","req_id":7,"time_in":"x"}""", ControlKind.Accepted, 7, null)]
    [InlineData("""{"method":"subscribe","result":{"channel":"trade","snapshot":true,"symbol":"BTC/USD"},"success":true,"req_id":3}""", ControlKind.Accepted, 3, "BTC/USD")]
    [InlineData("""{"error":"Currency pair not supported XBT/EUR","method":"subscribe","success":false,"symbol":"XBT/EUR"}""", ControlKind.Refused, -1, "XBT/EUR")]
    [InlineData("""{"event":"heartbeat"}""", ControlKind.Heartbeat, -1, null)]
    [InlineData("""{"channelID":993,"channelName":"trade","event":"subscriptionStatus","pair":"XMR/USD","status":"subscribed","subscription":{"name":"trade"}}""", ControlKind.Accepted, -1, "XMR/USD")]
    public void Parse_Control_SaysWhatItAnswers(string frame, ControlKind control, long request, string? symbol)
    {
        var result = Parse(frame);

        Assert.Equal((FrameKind.Control, control, request, symbol), (result.Kind, result.Control, result.RequestId, result.Symbol));
    }

    [Theory]
    [InlineData("""{"channel":"book","data":[]}""", FrameKind.Ignored, "")]
    [InlineData("""{"a":1}""", FrameKind.Rejected, RejectReasons.UnknownMessage)]
    [InlineData("""{"channel":"trade","type":"update"}""", FrameKind.Rejected, RejectReasons.MissingField)]
    [InlineData("""{"channel":"trade","type":"other","data":[]}""", FrameKind.Rejected, RejectReasons.UnknownMessage)]
    [InlineData("""[1,2]""", FrameKind.Rejected, RejectReasons.UnknownMessage)]
    [InlineData("""nonsense""", FrameKind.Rejected, RejectReasons.BrokenJson)]
    [InlineData("", FrameKind.Rejected, RejectReasons.BrokenJson)]
    public void Parse_AnyOther_IsClassified(string frame, FrameKind kind, string reason) => Assert.Equal((kind, reason), (Parse(frame).Kind, Parse(frame).Reason));

    [Theory]
    [InlineData("99999999999.5")]
    [InlineData("999999999999")]
    public void Parse_LegacyTimeFarAway_IsRejectedWithoutOverflow(string time)
    {
        var result = Parse($$"""[993,[["354.1","1","{{time}}","b","m",""]],"trade","XBT/USD"]""");

        Assert.Equal((FrameKind.Rejected, RejectReasons.TimeOutOfRange), (result.Kind, result.Reason));
    }

    [Fact]
    public void Parse_LegacyTradesOfOneMicrosecond_IdsDifferAlsoWhereOthersStandBetween()
    {
        const string row = """["354.1","1","1618678142.557535","b","m",""]""";

        var result = Parse($"""[993,[{row},["354.1","1","1618678142.557536","b","m",""],{row},{row}],"trade","XBT/USD"]""");

        Assert.Equal([1618678142557535000, 1618678142557536000, 1618678142557535001, 1618678142557535002], result.Trades.ToArray().Select(parsed => parsed.Trade.TradeId));
    }

    [Theory]
    [InlineData("""[993,[["354.1","1","1618678142.5","x","m",""]],"trade","XBT/USD"]""", RejectReasons.SideMalformed)]
    [InlineData("""[993,[[354.1,"1","1618678142.5","b","m",""]],"trade","XBT/USD"]""", RejectReasons.WrongType)]
    [InlineData("""[993,[["x","1","1618678142.5","b","m",""]],"trade","XBT/USD"]""", RejectReasons.PriceMalformed)]
    [InlineData("""[993,[["1","-1","1618678142.5","b","m",""]],"trade","XBT/USD"]""", RejectReasons.QuantityNotPositive)]
    [InlineData("""[993,[["1","1","soon","b","m",""]],"trade","XBT/USD"]""", RejectReasons.WrongType)]
    [InlineData("""[993,[["1","1"]],"trade","XBT/USD"]""", RejectReasons.MissingField)]
    [InlineData("""[993,[["1","1","1618678142.5","b","m",""]],"trade","XBT/EUR"]""", RejectReasons.UnknownSymbol)]
    [InlineData("""[993,{},"trade","XBT/USD"]""", RejectReasons.UnknownMessage)]
    [InlineData("""{"event":"other"}""", RejectReasons.UnknownMessage)]
    [InlineData("""{"channel":5}""", RejectReasons.WrongType)]
    [InlineData("""{"method":"subscribe"}""", RejectReasons.UnknownMessage)]
    [InlineData("""{"channel":"trade","type":"update","data":{}}""", RejectReasons.WrongType)]
    [InlineData("""{"\ud800":1,"a":2}""", RejectReasons.BrokenJson)]
    public void Parse_BadMessage_IsRejectedWithItsReason(string frame, string reason)
    {
        var result = Parse(frame);

        Assert.Equal((FrameKind.Rejected, reason), (result.Kind, result.Reason));
        Assert.NotEmpty(result.Detail);
    }

    [Fact]
    public void Parse_InvalidUtf8_IsRejected()
    {
        var result = new FrameResult();

        new KrakenFrameParser(new InstrumentTable([Btc])).Parse([(byte)'"', 0xFF, (byte)'"'], Received, TradeSource.Live, result);

        Assert.Equal((FrameKind.Rejected, RejectReasons.InvalidUtf8), (result.Kind, result.Reason));
    }

    [Fact]
    public void Parse_DeepNesting_IsRejected() => Assert.Equal(RejectReasons.BrokenJson, Parse(new string('[', 100_000)).Reason);

    [Fact]
    public void Parse_Snapshot_SaysSo()
    {
        var result = Parse(Update(TradeText).Replace("\"update\"", "\"snapshot\"", StringComparison.Ordinal));

        Assert.Equal((FrameKind.Trades, true), (result.Kind, result.IsSnapshot));
    }

    [Fact]
    public void Parse_LegacyCapture_EveryTradeOfEveryMessage()
    {
        var table = new InstrumentTable([Instrument("XMR/USD", "XMR/USD"), Instrument("SC/EUR", "SC/EUR")]);
        var parser = new KrakenFrameParser(table);
        var expected = new List<(string, string, string, string, string)>();
        var actual = new List<(string, string, string, string, string)>();
        var kinds = new Dictionary<FrameKind, int>();
        var ids = new HashSet<(int, long)>();
        foreach (var (received, frame) in Captures.Read("captures/kraken-v1-trade-2021-04-17.jsonl"))
        {
            var result = new FrameResult();
            parser.Parse(Encoding.UTF8.GetBytes(frame), received, TradeSource.Replay, result);
            kinds[result.Kind] = kinds.GetValueOrDefault(result.Kind) + 1;
            foreach (var (slot, trade) in result.Trades)
            {
                var instrument = parser.Instruments[slot];
                Assert.True(ids.Add((slot, trade.TradeId)));
                actual.Add((instrument.LegacySymbol, Text(trade.Price.Mantissa, instrument.PriceScale), Text(trade.Quantity.Mantissa, instrument.QuantityScale), trade.ExchangeTime.Microseconds.ToString(CultureInfo.InvariantCulture), trade.Side == TakerSide.Buy ? "b" : "s"));
            }

            using var json = JsonDocument.Parse(frame);
            if (json.RootElement.ValueKind != JsonValueKind.Array) continue;
            foreach (var row in json.RootElement[1].EnumerateArray())
                expected.Add((json.RootElement[3].GetString()!, Trim(row[0].GetString()!), Trim(row[1].GetString()!), row[2].GetString()!.Replace(".", "", StringComparison.Ordinal), row[3].GetString()!));
        }

        Assert.Equal(49, kinds.Values.Sum());
        Assert.Equal((8, 41), (kinds[FrameKind.Trades], kinds[FrameKind.Control]));
        Assert.Equal(expected, actual);
    }

    internal static Instrument Instrument(string symbol, string legacy) =>
        new(InstrumentId.Create(Exchange.Kraken, symbol), symbol, symbol.Split('/')[0], symbol.Split('/')[1], 10, 8) { LegacySymbol = legacy, RestSymbol = legacy.Replace("/", "", StringComparison.Ordinal) };

    internal static string Text(long mantissa, int scale) => FixedPoint.Format(mantissa, scale);

    internal static string Trim(string number) => number.Contains('.', StringComparison.Ordinal) ? number.TrimEnd('0').TrimEnd('.') : number;

    private static string Change(string from, string to) => TradeText.Replace(from, to, StringComparison.Ordinal);

    private static string Update(params string[] trades) => $$"""{"channel":"trade","type":"update","data":[{{string.Join(',', trades)}}]}""";

    private static FrameResult Parse(string frame)
    {
        var result = new FrameResult();
        new KrakenFrameParser(new InstrumentTable([Matic, Btc])).Parse(Encoding.UTF8.GetBytes(frame), Received, TradeSource.Live, result);
        return result;
    }
}
