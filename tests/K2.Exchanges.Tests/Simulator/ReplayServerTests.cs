using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using K2.Simulator;
using K2.Simulator.Replay;
using K2.TestKit;

namespace K2.Exchanges.Tests.Simulator;

public sealed class ReplayServerTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("k2-replay-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Start_MissingCapture_NamesIt()
    {
        var error = await Assert.ThrowsAsync<FileNotFoundException>(() => ReplayServer.StartAsync(new ReplayOptions { Captures = ["/no/such.jsonl"] }, Cancel));

        Assert.Equal("capture /no/such.jsonl does not exist", error.Message);
    }

    [Theory]
    [InlineData("{\"recv_ns\": 1, \"frame\": \"x\"}\nnonsense\n", "line 2: no valid JSON")]
    [InlineData("", "holds no received frame")]
    [InlineData("{\"recv_ns\": 1, \"dir\": \"send\", \"frame\": \"x\"}\n", "holds no received frame")]
    public async Task Start_DamagedCapture_NamesFileAndLine(string content, string problem)
    {
        var path = Write("bad.jsonl", content);

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => ReplayServer.StartAsync(new ReplayOptions { Captures = [path] }, Cancel));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task Start_FolderOrBrokenGzip_IsAnError()
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ReplayServer.StartAsync(new ReplayOptions { Captures = [_folder.FullName] }, Cancel));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReplayServer.StartAsync(new ReplayOptions { Captures = [Write("x.jsonl.gz", "no gzip")] }, Cancel));
    }

    [Fact]
    public async Task Start_SameNameTwice_IsAnError()
    {
        _folder.CreateSubdirectory("a");
        var line = "{\"recv_ns\": 1, \"frame\": \"x\"}\n";

        await Assert.ThrowsAsync<InvalidDataException>(() => ReplayServer.StartAsync(new ReplayOptions { Captures = [Write("c.jsonl", line), Write("a/c.jsonl", line)] }, Cancel));
    }

    [Fact]
    public async Task Play_Gzip_SkipsSentLinesAndKeepsLineNumbers()
    {
        var path = Path.Combine(_folder.FullName, "c.jsonl.gz");
        await using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            await gzip.WriteAsync("{\"recv_ns\": 1, \"dir\": \"send\", \"frame\": \"x\"}\n\n{\"recv_ns\": 2000, \"frame\": \"hello\"}"u8.ToArray(), Cancel);
        }

        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Captures = [path] }, Cancel);
        using var client = await ConnectAsync(server, "me");
        await SendAsync(client, """{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}""");

        Assert.Equal("""{"result":null,"id":1}""", await ReceiveAsync(client));
        Assert.Equal("hello", await ReceiveAsync(client));
        await server.Completed.WaitAsync(TimeSpan.FromSeconds(15), Cancel);
        Assert.True(server.TryTakeOrigin("me", out _, out var line, out _));
        Assert.Equal(0, line);
        Assert.True(server.TryTakeOrigin("me", out var capture, out line, out var receivedNs));
        Assert.Equal(("c.jsonl.gz", 3L, 2000L), (capture, line, receivedNs));
        Assert.False(server.TryTakeOrigin("me", out _, out _, out _));
        Assert.False(server.TryTakeOrigin("you", out _, out _, out _));
    }

    [Theory]
    [InlineData("""{"method":"LIST_SUBSCRIPTIONS","id":3}""", """{"result":[],"id":3}""")]
    [InlineData("""{"method":"SUBSCRIBE","params":["btcusdt@trade"]}""", """{"error":{"code":2,"msg":"Invalid request: request ID must be an unsigned integer"},"id":null}""")]
    [InlineData("""{"method":"SUBSCRIBE","params":["btcusdt"],"id":4}""", """{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":4}""")]
    [InlineData("""{"id":4}""", """{"error":{"code":2,"msg":"Invalid request: missing field `method`"},"id":null}""")]
    [InlineData("""nonsense""", """{"error":{"code":3,"msg":"Invalid JSON: expected value at line 1 column 2"},"id":null}""")]
    public async Task Answer_Requests_AsBinanceDoes(string request, string answer)
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames(Some.Trade(1))] }, Cancel);
        using var client = await ConnectAsync(server, "me");

        await SendAsync(client, request);

        Assert.Equal(answer, await ReceiveAsync(client));
    }

    [Fact]
    public async Task Read_SixthMessageInASecond_ClosesTheConnection()
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames(Some.Trade(1))], Time = new ArmedTimeProvider() }, Cancel);
        using var client = await ConnectAsync(server, "me");

        for (var i = 0; i < 6; i++) await SendAsync(client, """{"method":"LIST_SUBSCRIPTIONS","id":3}""");

        while (client.State == WebSocketState.Open) await client.ReceiveAsync(new byte[1000], Cancel);
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Fact]
    public async Task Play_BareAddress_SendsUnwrappedFrames()
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames(Some.Trade(1), Some.Trade(2, "ETHUSDT"))] }, Cancel);
        using var client = new ClientWebSocket();

        await client.ConnectAsync(new Uri(server.Endpoint, "/ws/ethusdt@trade"), Cancel);

        Assert.StartsWith("{\"e\":\"trade\"", await ReceiveAsync(client), StringComparison.Ordinal);
        await server.Completed.WaitAsync(TimeSpan.FromSeconds(15), Cancel);
        Assert.Equal((1L, 1L), (server.FramesSent, server.FramesSkipped));
    }

    [Fact]
    public async Task Play_Paced_WaitsForTheRecordersPace()
    {
        var time = new ArmedTimeProvider();
        var source = new MemoryFrameSource("paced", [(0, Encoding.ASCII.GetBytes(Some.Trade(1))), (10_000_000_000, Encoding.ASCII.GetBytes(Some.Trade(2)))]);
        var armed = time.WhenArmed(d => d == TimeSpan.FromSeconds(1));
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [source], Speed = ReplaySpeed.Times(10), Time = time }, Cancel);
        using var client = await ConnectAsync(server, "me", "?streams=btcusdt@trade");
        Assert.Contains("\"t\":1,", await ReceiveAsync(client), StringComparison.Ordinal);

        await armed;
        Assert.Equal(1, server.FramesSent);
        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Contains("\"t\":2,", await ReceiveAsync(client), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Play_PongMissing_CutsTheConnection()
    {
        var time = new ArmedTimeProvider();
        var options = new ReplayOptions { Sources = [Some.Frames(Some.Trade(1))], Time = time, PongTimeout = TimeSpan.FromSeconds(60), PingInterval = TimeSpan.FromSeconds(20) };
        await using var server = await ReplayServer.StartAsync(options, Cancel);
        var armed = time.WhenArmed(d => d == TimeSpan.FromSeconds(20));
        using var client = await ConnectAsync(server, "me");

        // This client receives only at the end: it answers no ping before.
        for (var i = 0; i < 4; i++)
        {
            await armed;
            armed = time.WhenArmed(d => d == TimeSpan.FromSeconds(20));
            time.Advance(TimeSpan.FromSeconds(20));
        }

        await Assert.ThrowsAnyAsync<WebSocketException>(async () =>
        {
            while (true) await client.ReceiveAsync(new byte[1000], Cancel);
        });
    }

    [Fact]
    public async Task Repeat_Capture_IdsGoOnWithoutHoleAndTimesRise()
    {
        var path = Some.Capture(Some.BinanceTrades);
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Captures = [path], Repeat = 3 }, Cancel);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await sink.Until(s => s.Frames == 3 * 15_863);

        Assert.Equal(0, sink.Rejected);
        Assert.Equal(Enumerable.Range(1, 3 * 15_863).Select(i => (long)i), sink.Batches.SelectMany(b => b.Frames).Select(f => f.Sequence));
        foreach (var (symbol, first, count) in new[] { ("BTC/USDT", 3735683259L, 9757), ("ETH/USDT", 1520538925L, 6106) })
        {
            var trades = sink.TradesOf(symbol).ToList();
            Assert.Equal(Enumerable.Range(0, 3 * count).Select(i => first + i), trades.Select(t => t.TradeId));
            Assert.True(trades.Zip(trades.Skip(1)).All(p => p.First.ExchangeTime <= p.Second.ExchangeTime));
            Assert.Equal(TimeSpan.FromMinutes(6), trades[count].ExchangeTime.Since(trades[0].ExchangeTime));
            Assert.Equal(trades[0].Price, trades[2 * count].Price);
        }
    }

    [Fact]
    public async Task Repeat_Aggregates_ShiftBothIdSpaces()
    {
        var path = Some.Capture(Some.BinanceAggregates);
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Captures = [path], Repeat = 2 }, Cancel);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server), K2.Domain.Trades.TradeKind.Aggregate));

        await sink.Until(s => s.Trades == 2 * 1910);

        var trades = sink.TradesOf("DOT/USDT").ToList();
        Assert.Equal(Enumerable.Range(0, 2 * 177).Select(i => trades[0].TradeId + i), trades.Select(t => t.TradeId));
        Assert.True(trades.Zip(trades.Skip(1)).All(p => p.First.LastTradeId + 1 == p.Second.FirstTradeId));
        Assert.Equal(2 * 118, server.FramesSkipped);
        Assert.Contains("dotusdt@kline_1m", server.Streams);
    }

    private static async Task<ClientWebSocket> ConnectAsync(ReplayServer server, string name, string query = "")
    {
        var client = new ClientWebSocket();
        client.Options.SetRequestHeader("X-K2-Connection", name);
        await client.ConnectAsync(new Uri(server.Endpoint + query), Cancel);
        return client;
    }

    private static Task SendAsync(ClientWebSocket client, string text) => client.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, Cancel);

    private static async Task<string> ReceiveAsync(ClientWebSocket client)
    {
        var buffer = new byte[10_000];
        var result = await client.ReceiveAsync(buffer, Cancel).WaitAsync(TimeSpan.FromSeconds(15), Cancel);
        return Encoding.UTF8.GetString(buffer, 0, result.Count);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }
}
