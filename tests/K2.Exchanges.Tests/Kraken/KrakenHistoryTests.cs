using System.Globalization;
using System.Text;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Kraken;

namespace K2.Exchanges.Tests.Kraken;

public sealed class KrakenHistoryTests
{
    private static readonly Instrument Btc = KrakenFrameParserTests.Instrument("BTC/USDT", "XBT/USDT");
    private static readonly Timestamp Received = Timestamp.From(new DateTimeOffset(2025, 11, 11, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void Read_RealRows_AllOfThemExact()
    {
        var rows = File.ReadLines(Some.Capture("trades/kraken-xbtusdt-rest-trades-2025-11-10.csv")).Skip(1).Select(line => line.Split(',')).ToList();
        var page = "{\"error\":[],\"result\":{\"XBTUSDT\":["
            + string.Join(',', rows.Select(row => $"[\"{row[0]}\",\"{row[1]}\",{row[2]},\"{row[3]}\",\"{row[4]}\",\"{row[5]}\",{row[6]}]"))
            + "],\"last\":\"1762820035982277754\"}}";

        var (result, next) = Read(page, new HistoryRange(1, long.MaxValue, new Timestamp(0)));

        Assert.Null(next);
        Assert.Equal(600, result.Trades.Length);
        Assert.Equal(0, result.BadTrades);
        foreach (var (row, trade) in rows.Zip(result.Trades.ToArray().Select(parsed => parsed.Trade)))
        {
            Assert.Equal(decimal.Parse(row[0], CultureInfo.InvariantCulture), FixedPoint.ToDecimal(trade.Price.Mantissa, 10));
            Assert.Equal(decimal.Parse(row[1], CultureInfo.InvariantCulture), FixedPoint.ToDecimal(trade.Quantity.Mantissa, 8));
            Assert.Equal((long)decimal.Floor(decimal.Parse(row[2], CultureInfo.InvariantCulture) * 1_000_000), trade.ExchangeTime.Microseconds);
            Assert.Equal(row[3] == "b" ? TakerSide.Buy : TakerSide.Sell, trade.Side);
            Assert.Equal(row[6], trade.TradeId.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(TradeSource.Backfill, trade.Source);
        }
    }

    [Fact]
    public void Read_SameTradeBySocketAndRest_IsTheSame()
    {
        var (rest, _) = Read("""{"error":[],"result":{"XBTUSDT":[["105433.60000","0.00027625",1762795433.9717445,"b","l","",10218208]],"last":"1"}}""", new HistoryRange(1, 2, new Timestamp(0)));
        var socket = new FrameResult();
        new KrakenFrameParser(new InstrumentTable([Btc])).Parse(
            """{"channel":"trade","type":"update","data":[{"symbol":"BTC/USDT","side":"buy","price":105433.6,"qty":0.00027625,"ord_type":"limit","trade_id":10218208,"timestamp":"2025-11-10T17:23:53.971744Z"}]}"""u8, Received, TradeSource.Backfill, socket);

        Assert.Equal(socket.Trades[0].Trade, rest.Trades[0].Trade);
    }

    [Fact]
    public void Read_FullPage_GoesOnWithTheCursorVerbatim()
    {
        var page = "{\"error\":[],\"result\":{\"XXBTZUSD\":[" + string.Join(',', Enumerable.Range(1, 1000).Select(id => $"[\"1.0\",\"1.0\",1762795433.1,\"s\",\"m\",\"\",{id}]")) + "],\"last\":\"1762820035982277754\"}}";

        Assert.Equal("/0/public/Trades?pair=XBTUSDT&since=1762820035982277754&count=1000", Read(page, new HistoryRange(1, 5000, new Timestamp(0))).Next!.PathAndQuery);
        Assert.Null(Read(page, new HistoryRange(1, 1000, new Timestamp(0))).Next);
    }

    [Fact]
    public void Read_CursorThatDoesNotMove_Ends()
    {
        var page = "{\"error\":[],\"result\":{\"X\":[" + string.Join(',', Enumerable.Range(1, 1000).Select(id => $"[\"1.0\",\"1.0\",1762795433.1,\"s\",\"m\",\"\",{id}]")) + "],\"last\":\"0\"}}";

        Assert.Null(Read(page, new HistoryRange(1, 5000, new Timestamp(0))).Next);
    }

    [Fact]
    public void Read_PageOfBadTradesOnly_IsRejectedAndEnds()
    {
        var page = "{\"error\":[],\"result\":{\"X\":[" + string.Join(',', Enumerable.Repeat("[\"1.0\",\"1.0\",999999999999,\"s\",\"m\",\"\",1]", 1000)) + "],\"last\":\"5\"}}";

        var (result, next) = Read(page, new HistoryRange(1, 5000, new Timestamp(0)));

        Assert.Equal((FrameKind.Rejected, RejectReasons.TimeOutOfRange, 1000), (result.Kind, result.Reason, result.BadTrades));
        Assert.Null(next);
    }

    [Fact]
    public void First_Time_AsksAMicrosecondEarlier() =>
        Assert.Equal("/0/public/Trades?pair=XBTUSDT&since=1762795433971743999&count=1000", new KrakenHistory().First(Btc, new HistoryRange(5, 9, new Timestamp(1762795433971744))).PathAndQuery);

    [Theory]
    [InlineData("""{"error":["EGeneral:Too many requests"]}""", RejectReasons.RestBusy)]
    [InlineData("""{"error":["EQuery:Unknown asset pair"]}""", RejectReasons.RestError)]
    [InlineData("""{"error":[],"result":{"last":"5"}}""", RejectReasons.UnknownMessage)]
    [InlineData("""{"error":[],"result":{"X":[]}}""", RejectReasons.UnknownMessage)]
    [InlineData("""[]""", RejectReasons.UnknownMessage)]
    [InlineData("""<html>""", RejectReasons.BrokenJson)]
    [InlineData("""{"error":[],"result":{"X":[[1]],"last":"5"}}""", RejectReasons.MissingField)]
    public void Read_NoPage_IsRejected(string body, string reason)
    {
        var (result, next) = Read(body, new HistoryRange(1, 2, new Timestamp(0)));

        Assert.Equal((FrameKind.Rejected, reason), (result.Kind, result.Reason));
        Assert.Null(next);
    }

    private static (FrameResult Result, HistoryQuery? Next) Read(string body, HistoryRange range)
    {
        var history = new KrakenHistory();
        var result = new FrameResult();
        return (result, history.Read(Btc, range, history.First(Btc, range), Encoding.UTF8.GetBytes(body), _ => null, Received, result));
    }
}
