using System.Text;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Connections;
using K2.Exchanges.Kraken;

namespace K2.Exchanges.Tests.Connections;

public sealed class FrameDispatcherTests
{
    private static readonly Timestamp Received = Timestamp.From(new DateTimeOffset(2023, 9, 25, 8, 0, 0, TimeSpan.Zero));
    private readonly WorkerCounters _counters = new();

    [Fact]
    public void Take_SomeBadTrades_KeepsTheGoodAndRejectsTheMessageOnce()
    {
        var message = Message(Row("BTC/USD", 1), Row("FOO/USD", 2), Row("BTC/USD", 3), Row("BTC/USD", -4));

        var batch = Take(message);

        var rejected = Assert.Single(batch.Rejected);
        Assert.Equal((RejectReasons.UnknownSymbol, 7L), (rejected.Reason, rejected.Sequence));
        Assert.StartsWith("2 of 4 trades of the message, first: symbol 'FOO/USD'", rejected.Detail, StringComparison.Ordinal);
        Assert.Equal(message, rejected.Original.ToArray());
        Assert.Equal((2, 1, 1L, 2L), (batch.Trades, batch.TradeFrames, _counters.Rejected, _counters.Trades));
    }

    [Fact]
    public void Take_BadTradesOnly_RejectsTheMessageOnce()
    {
        var batch = Take(Message(Row("FOO/USD", 1), Row("BTC/USD", -4)));

        Assert.Equal(RejectReasons.UnknownSymbol, Assert.Single(batch.Rejected).Reason);
        Assert.Equal((0, 0, 1L), (batch.Trades, batch.TradeFrames, _counters.Rejected));
    }

    private static string Row(string symbol, long id) => $$"""{"symbol":"{{symbol}}","side":"buy","price":1.5,"qty":2,"trade_id":{{id}},"timestamp":"2023-09-25T07:48:36Z"}""";

    private static byte[] Message(params string[] rows) => Encoding.UTF8.GetBytes($$"""{"channel":"trade","type":"update","data":[{{string.Join(',', rows)}}]}""");

    private FrameBatch Take(byte[] message)
    {
        var btc = new Instrument(InstrumentId.Create(Exchange.Kraken, "BTC/USD"), "BTC/USD", "BTC", "USD", 10, 8);
        var parser = new KrakenFrameParser(new InstrumentTable([btc]));
        var batch = new BatchBuilder(Exchange.Kraken, false, parser.Instruments);
        new FrameDispatcher(parser, [btc], new ConnectorOptions(), TradeSource.Live, batch, _counters).Take(message, message.Length, Received, 7);
        return batch.Take();
    }
}
