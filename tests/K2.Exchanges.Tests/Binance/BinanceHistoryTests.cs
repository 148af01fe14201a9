using System.Text;
using K2.Domain;
using K2.Domain.Trades;
using K2.Exchanges.Binance;

namespace K2.Exchanges.Tests.Binance;

public sealed class BinanceHistoryTests
{
    private const string Row = """{"id":3735683259,"price":"61837.63000000","qty":"0.02000000","quoteQty":"1236.75260000","time":1723161255342,"isBuyerMaker":true,"isBestMatch":true}""";
    private readonly BinanceHistory _history = new();
    private readonly FrameResult _result = new();

    [Fact]
    public void Read_Trade_IsTheSameAsBySocket()
    {
        var next = Read($"[{Row}]", new HistoryRange(3735683259, 3735683300, new Timestamp(0)));

        Assert.Null(next);
        Assert.Equal(Some.Parse(Some.TradeFrame).Trades[0].Trade with { Source = TradeSource.Backfill }, _result.Trades[0].Trade);
    }

    [Fact]
    public void Read_Aggregate_IsTheSameAsBySocket()
    {
        var instrument = Some.Instrument("DOT", TradeKind.Aggregate);
        var range = new HistoryRange(665076760, 665076760, new Timestamp(0));
        var query = _history.First(instrument, range);

        _history.Read(instrument, range, query, """[{"a":665076760,"p":"41.03000000","q":"0.08620500","f":745522877,"l":745522879,"T":1617566591314,"m":false,"M":true}]"""u8, _ => null, Some.Received, _result);

        Assert.Equal("/api/v3/aggTrades?symbol=DOTUSDT&fromId=665076760&limit=1000", query.PathAndQuery);
        Assert.Equal(Some.Parse(Some.AggregateFrame, TradeKind.Aggregate).Trades[0].Trade with { Source = TradeSource.Backfill }, _result.Trades[0].Trade);
    }

    [Fact]
    public void Read_FullPage_GoesOnBehindItsLastIdUntilTheRangeEnds()
    {
        var page = "[" + string.Join(',', Enumerable.Range(1, 1000).Select(id => Row.Replace("3735683259", id.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal))) + "]";

        Assert.Equal("/api/v3/historicalTrades?symbol=BTCUSDT&fromId=1001&limit=1000", Read(page, new HistoryRange(1, 5000, new Timestamp(0)))!.PathAndQuery);
        Assert.Null(Read(page, new HistoryRange(1, 1000, new Timestamp(0))));
    }

    [Fact]
    public void Read_PageBehindTheRange_Ends()
    {
        var page = "[" + string.Join(',', Enumerable.Repeat(Row, 1000)) + "]";

        Assert.Null(Read(page, new HistoryRange(4000000000, 5000000000, new Timestamp(0))));
    }

    [Theory]
    [InlineData(0, "/api/v3/trades?symbol=BTCUSDT&limit=1000", TradeKind.Single, 25)]
    [InlineData(5, "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=5&limit=1000", TradeKind.Single, 25)]
    [InlineData(5, "/api/v3/aggTrades?symbol=BTCUSDT&fromId=5&limit=1000", TradeKind.Aggregate, 4)]
    public void First_Range_AsksTheRightTable(long from, string path, TradeKind kind, int weight) =>
        Assert.Equal(new HistoryQuery(path, weight), _history.First(Some.Instrument("BTC", kind), new HistoryRange(from, long.MaxValue, new Timestamp(0))));

    [Theory]
    [InlineData("""{"code":-1121,"msg":"Invalid symbol."}""", RejectReasons.RestError)]
    [InlineData("""{"a":1}""", RejectReasons.UnknownMessage)]
    [InlineData("""[{"id":1}]""", RejectReasons.MissingField)]
    [InlineData("""[{"id":1,"price":"1","qty":"1","time":"yesterday","isBuyerMaker":true}]""", RejectReasons.TimeOutOfRange)]
    [InlineData("""[{"id":1,"price":"1","qty":"1","time":1723161255342,"isBuyerMaker":1}]""", RejectReasons.WrongType)]
    [InlineData("not json", RejectReasons.BrokenJson)]
    public void Read_NoPage_IsRejected(string body, string reason)
    {
        Assert.Null(Read(body, new HistoryRange(1, 2, new Timestamp(0))));
        Assert.Equal((FrameKind.Rejected, reason), (_result.Kind, _result.Reason));
    }

    private HistoryQuery? Read(string body, HistoryRange range)
    {
        var instrument = Some.Instrument("BTC");
        return _history.Read(instrument, range, _history.First(instrument, range), Encoding.UTF8.GetBytes(body), _ => null, Some.Received, _result);
    }
}
