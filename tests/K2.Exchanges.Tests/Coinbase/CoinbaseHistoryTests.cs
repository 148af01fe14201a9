using System.Globalization;
using System.Text;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Exchanges.Coinbase;

namespace K2.Exchanges.Tests.Coinbase;

public sealed class CoinbaseHistoryTests
{
    private static readonly Instrument Btc = new(InstrumentId.Create(Exchange.Coinbase, "BTC/USD"), "BTC-USD", "BTC", "USD", 8, 8);
    private static readonly Timestamp Received = Timestamp.From(new DateTimeOffset(2026, 8, 9, 21, 6, 0, TimeSpan.Zero));
    private readonly CoinbaseHistory _history = new();
    private readonly FrameResult _result = new();

    [Fact]
    public void Read_Page_GivesOldestFirst()
    {
        Read([3, 2, 1], new HistoryRange(1, 3, new Timestamp(0)), "1");

        Assert.Equal([1L, 2L, 3L], _result.Trades.ToArray().Select(parsed => parsed.Trade.TradeId));
    }

    [Theory]
    [InlineData(5, "10", "/products/BTC-USD/trades?limit=1000&after=10")]
    [InlineData(10, "10", null)]
    [InlineData(0, "10", "/products/BTC-USD/trades?limit=1000&after=10")]
    [InlineData(5, null, null)]
    [InlineData(5, "x", null)]
    [InlineData(5, "-3", null)]
    [InlineData(5, "11", null)]
    public void Read_Cursor_GoesOnOnlyBackAndUntilTheRangeIsReached(long from, string? after, string? next) =>
        Assert.Equal(next, Read([12, 11, 10], new HistoryRange(from, 20, new Timestamp(0)), after)?.PathAndQuery);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Read_OnlyTheTimeIsKnown_GoesOnUntilATradeIsOlder(int later, bool goesOn)
    {
        var from = Timestamp.From(new DateTimeOffset(2026, 8, 9, 21, 5, 51, 426, 861, TimeSpan.Zero).AddMicroseconds(later));

        Assert.Equal(goesOn, Read([12, 11, 10], new HistoryRange(0, long.MaxValue, from), "10") is not null);
    }

    [Fact]
    public void Read_CursorThatDoesNotMove_Ends()
    {
        var range = new HistoryRange(1, 9, new Timestamp(0));

        Assert.Null(Read([10], range, "10"));
    }

    [Fact]
    public void First_NoEnd_AsksForTheNewest() =>
        Assert.Equal("/products/BTC-USD/trades?limit=1000", _history.First(Btc, new HistoryRange(5, long.MaxValue, new Timestamp(0))).PathAndQuery);

    [Theory]
    [InlineData("""{"message":"NotFound"}""", RejectReasons.RestError)]
    [InlineData("""{"message":""}""", RejectReasons.RestError)]
    [InlineData("5", RejectReasons.UnknownMessage)]
    [InlineData("[1]", RejectReasons.MissingField)]
    [InlineData("""[{"time":"2026-08-09T21:05:51Z","trade_id":1,"price":"1","size":"1","side":"BUY"}]""", RejectReasons.SideMalformed)]
    [InlineData("<html>", RejectReasons.BrokenJson)]
    public void Read_NoPage_IsRejected(string body, string reason)
    {
        var range = new HistoryRange(1, 2, new Timestamp(0));

        Assert.Null(_history.Read(Btc, range, _history.First(Btc, range), Encoding.UTF8.GetBytes(body), _ => "1", Received, _result));
        Assert.Equal((FrameKind.Rejected, reason), (_result.Kind, _result.Reason));
        Assert.NotEmpty(_result.Detail);
    }

    [Fact]
    public void Read_EmptyPage_IsTheEnd()
    {
        Assert.Null(Read([], new HistoryRange(1, 2, new Timestamp(0)), "1"));
        Assert.Equal((FrameKind.Control, ControlKind.Status), (_result.Kind, _result.Control));
    }

    private HistoryQuery? Read(IEnumerable<long> ids, HistoryRange range, string? after)
    {
        var rows = ids.Select(id => $$"""{"time":"2026-08-09T21:05:51.426861Z","trade_id":{{id.ToString(CultureInfo.InvariantCulture)}},"price":"65083.66","size":"1","side":"buy"}""");
        return _history.Read(Btc, range, _history.First(Btc, range), Encoding.UTF8.GetBytes($"[{string.Join(',', rows)}]"), name => name == "CB-AFTER" ? after : null, Received, _result);
    }
}
