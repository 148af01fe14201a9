using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Coinbase;
using K2.Exchanges.Kraken;
using K2.Simulator.Captures;
using K2.Simulator.Replay;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>The replay server as Kraken and as Coinbase.</summary>
public sealed class ExchangeReplayTests : IDisposable
{
    private const string KrakenTrade = """{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":26100.1,"qty":0.25,"ord_type":"limit","trade_id":7,"timestamp":"2023-09-25T07:48:36.925533Z"}]}""";
    private const string CoinbaseTrade = """{"channel":"market_trades","timestamp":"2023-09-25T07:48:37Z","sequence_num":4,"events":[{"type":"update","trades":[{"product_id":"BTC-USD","trade_id":"7","price":"26100.1","size":"0.25","time":"2023-09-25T07:48:36.925533Z","side":"BUY"}]}]}""";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("k2-replay-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(Exchange.Kraken, """{"method":"ping","req_id":5}""", """{"method":"pong","req_id":5}""")]
    [InlineData(Exchange.Kraken, """{"method":"subscribe","params":{"channel":"trade","symbol":["BTC/USD"],"snapshot":true},"req_id":4}""", """{"method":"subscribe","result":{"channel":"trade","symbol":"BTC/USD"},"success":true,"req_id":4}""")]
    [InlineData(Exchange.Kraken, """{"method":"subscribe","params":7,"req_id":4}""", """{"method":"subscribe","error":"Malformed request","success":false,"req_id":4}""")]
    [InlineData(Exchange.Kraken, "[1]", """{"method":"","error":"Malformed request","success":false}""")]
    [InlineData(Exchange.Kraken, "nonsense", """{"method":"","error":"Malformed request","success":false}""")]
    [InlineData(Exchange.Coinbase, """{"type":"subscribe","channel":"heartbeats"}""", """{"channel":"subscriptions","events":[{"subscriptions":{"heartbeats":["heartbeats"]}}]}""")]
    [InlineData(Exchange.Coinbase, """{"type":"subscribe","product_ids":["BTC-USD","ETH-USD"],"channel":"market_trades"}""", """{"channel":"subscriptions","events":[{"subscriptions":{"market_trades":["BTC-USD","ETH-USD"]}}]}""")]
    [InlineData(Exchange.Coinbase, """{"type":"subscribe","product_ids":[],"channel":"market_trades"}""", """{"type":"error","message":"malformed request"}""")]
    [InlineData(Exchange.Coinbase, "nonsense", """{"type":"error","message":"malformed request"}""")]
    public async Task Answer_Request_AsTheExchangeDoes(Exchange exchange, string request, string answer)
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Exchange = exchange, Sources = [Some.Frames("{}")] }, Cancel);
        using var client = new ClientWebSocket();
        await client.ConnectAsync(server.Endpoint, Cancel);

        await client.SendAsync(Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, true, Cancel);

        var buffer = new byte[10_000];
        var result = await client.ReceiveAsync(buffer, Cancel).WaitAsync(TimeSpan.FromSeconds(15), Cancel);
        Assert.Equal(answer, Encoding.UTF8.GetString(buffer, 0, result.Count));
    }

    [Fact]
    public async Task Worker_OfKraken_IsConfirmedAndGetsEveryFrame()
    {
        var (sink, status) = await PlayAsync(new KrakenAdapter(), "{", """{"channel":"heartbeat"}""", """{"channel":"ticker","type":"update","data":[]}""", KrakenTrade, KrakenTrade);

        Assert.Equal((5L, 2L, 1L), (sink.Frames, sink.Trades, sink.Rejected));
        Assert.Equal(("BTC/USD ETH/USD", 1L), (string.Join(' ', status.Confirmed.Select(id => id.Symbol)), status.Connects));
        Assert.Equal((7L, TradeSource.Replay), (sink.TradesOf("BTC/USD").First().TradeId, sink.TradesOf("BTC/USD").First().Source));
    }

    [Fact]
    public async Task Worker_OfCoinbase_IsConfirmedAndGetsTheChannelsOfTrades()
    {
        var (sink, status) = await PlayAsync(
            new CoinbaseAdapter(),
            "{",
            """{"channel":"l2_data","timestamp":"2023-09-25T07:48:37Z","sequence_num":3,"events":[]}""",
            """{"type":"l2update","product_id":"BTC-USD","changes":[]}""",
            """{"channel":"heartbeats","timestamp":"2023-09-25T07:48:37Z","sequence_num":5,"events":[]}""",
            CoinbaseTrade);

        Assert.Equal((3L, 1L, 1L), (sink.Frames, sink.Trades, sink.Rejected));
        Assert.Equal(("BTC/USD ETH/USD", 1L), (string.Join(' ', status.Confirmed.Select(id => id.Symbol)), status.Connects));
    }

    [Theory]
    [InlineData(Some.TradeFrame, Exchange.Binance)]
    [InlineData("""{"e":"trade","E":1,"s":"BTCUSDT"}""", Exchange.Binance)]
    [InlineData(KrakenTrade, Exchange.Kraken)]
    [InlineData("""{"channel":"heartbeat"}""", Exchange.Kraken)]
    [InlineData("""{"connectionID":18239578009413566319,"event":"systemStatus","status":"online","version":"1.8.3"}""", Exchange.Kraken)]
    [InlineData("""[993,[["354.11000000","0.89594024","1618678142.557535","s","l",""]],"trade","XMR/USD"]""", Exchange.Kraken)]
    [InlineData("""{"method":"subscribe","success":true,"req_id":1}""", Exchange.Kraken)]
    [InlineData(CoinbaseTrade, Exchange.Coinbase)]
    [InlineData("""{"type":"heartbeat","product_id":"BTC-USD"}""", Exchange.Coinbase)]
    [InlineData("""{"type":"subscriptions","channels":[]}""", Exchange.Coinbase)]
    [InlineData("""{"result":null,"id":1}""", Exchange.Unknown)]
    [InlineData("""[1,2,3,4]""", Exchange.Unknown)]
    [InlineData("""{"type":"error"}""", Exchange.Unknown)]
    [InlineData("hello", Exchange.Unknown)]
    public async Task Find_ByAFrameBehindOnesThatTellNothing_NamesTheExchange(string frame, Exchange expected)
    {
        var path = Path.Combine(_folder.FullName, "c.jsonl");
        await File.WriteAllLinesAsync(path, new[] { "no JSON", "7", frame }.Select((text, index) => $"{{\"recv_ns\": {index + 1}, \"frame\": {JsonSerializer.Serialize(text)}}}"), Cancel);

        Assert.Equal(expected, await CaptureExchange.FindAsync(path, Cancel));
    }

    [Fact]
    public async Task Start_RepeatOfKraken_IsAnError() =>
        await Assert.ThrowsAsync<ArgumentException>(() => ReplayServer.StartAsync(new ReplayOptions { Exchange = Exchange.Kraken, Repeat = 2, Sources = [Some.Frames("{}")] }, Cancel));

    private static async Task<(TestSink Sink, ConnectorWorkerStatus Status)> PlayAsync(IExchangeAdapter adapter, params string[] frames)
    {
        var separator = adapter.Exchange == Exchange.Coinbase ? '-' : '/';
        var table = new InstrumentTable([.. new[] { "BTC", "ETH" }.Select(asset => new Instrument(InstrumentId.Create(adapter.Exchange, $"{asset}/USD"), $"{asset}{separator}USD", asset, "USD", 8, 8))]);
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Exchange = adapter.Exchange, Sources = [Some.Frames(frames)] }, Cancel);
        var sink = new TestSink();
        await using var running = new Running(new ConnectorWorker(
            adapter, table, [.. table.All], Some.Options(server.Endpoint), sink, new ReplayOrigins(server), TradeSource.Replay, new Random(1), TimeProvider.System, NullLogger.Instance));

        await server.Taken.WaitAsync(TimeSpan.FromSeconds(15), Cancel);
        var status = running.Worker.Status;
        await running.StopAsync();
        return (sink, status);
    }
}
