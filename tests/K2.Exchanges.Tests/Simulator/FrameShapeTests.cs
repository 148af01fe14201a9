using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.TestKit;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>
/// The simulated exchanges' messages have the members, their order, the kinds of values and the number formats of captured ones, and where nothing was
/// captured, of the exchanges' documents.
/// </summary>
public sealed class FrameShapeTests
{
    private const string BinanceCapture = "captures/binance-trade-2024-08-08.jsonl";
    private const string CoinbaseCapture = "captures/coinbase-advanced-2026-08-09.jsonl.gz";
    private const int CapturedFrames = 2000;
    private const string KrakenTrades = """{"channel":"trade","type":"update","data":[{"symbol":"MATIC/USD","side":"buy","price":0.5147,"qty":6423.46326,"ord_type":"limit","trade_id":4665846,"timestamp":"2023-09-25T07:48:36.925533Z"},{"symbol":"MATIC/USD","side":"buy","price":0.5147,"qty":1136.19677815,"ord_type":"market","trade_id":4665847,"timestamp":"2023-09-25T07:49:36.925600Z"}]}""";
    private const string KrakenAccepted = """{"method":"subscribe","req_id":1,"result":{"channel":"trade","snapshot":true,"symbol":"MATIC/USD"},"success":true,"time_in":"2023-09-25T09:04:31.742590Z","time_out":"2023-09-25T09:04:31.742648Z"}""";
    private const string KrakenRefused = """{"error":"Currency pair not supported ZZZ/USD","method":"subscribe","req_id":1,"success":false,"symbol":"ZZZ/USD","time_in":"2023-09-25T09:04:31.742590Z","time_out":"2023-09-25T09:04:31.742648Z"}""";
    private const string KrakenStatus = """{"channel":"status","type":"update","data":[{"version":"2.0.10","system":"online","api_version":"v2","connection_id":15113583034416118705}]}""";
    private const string KrakenPong = """{"method":"pong","req_id":2,"time_in":"2023-09-24T14:10:23.799680Z","time_out":"2023-09-24T14:10:23.799703Z"}""";
    private const string KrakenRequest = """{"method":"subscribe","params":{"channel":"trade","symbol":["BTCUSDT","ZZZ/USD"],"snapshot":true},"req_id":1}""";
    private const string CoinbaseRequest = """{"type":"subscribe","product_ids":["BTCUSDT"],"channel":"market_trades"}""";

    [Fact]
    public async Task Binance_Trades_AreAsCaptured()
    {
        var captured = Captured(BinanceCapture, frame => frame.Contains("@trade", StringComparison.Ordinal));
        await using var venue = await StartAsync(Exchange.Binance);
        var messages = await MessagesAsync(venue, ["""{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}"""], 60);

        FrameShape.Same(["""{"result":null,"id":1}"""], messages[..1]);
        FrameShape.Same(captured, messages[1..]);
    }

    [Fact]
    public async Task Binance_ErrorsAndShutdown_AreAsDocumented()
    {
        await using var venue = await StartAsync(Exchange.Binance, held: true);
        venue.Inject(FaultKind.RefuseSubscribe, 1, TimeSpan.Zero);
        var messages = await MessagesAsync(venue, ["""{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":7}""", """{"method":"SUBSCRIBE","params":["btcusdt"],"id":8}"""], 3, venue.Announce);

        FrameShape.Same(["""{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":1}"""], messages[..2]);
        Assert.Equal("""{"error":{"code":2,"msg":"Invalid request: invalid stream"},"id":8}""", messages[1]);
        FrameShape.Same(["""{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1770123456789}}"""], messages[2..]);
        Assert.StartsWith("""{"stream":"!serverShutdown","data":{"e":"serverShutdown",""", messages[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coinbase_Messages_AreAsCaptured()
    {
        await using var venue = await StartAsync(Exchange.Coinbase);
        var messages = await MessagesAsync(venue, [CoinbaseRequest, """{"type":"subscribe","channel":"heartbeats"}"""], 120);
        foreach (var words in (string[][])[["\"market_trades\",", "\"snapshot\""], ["\"market_trades\",", "\"update\""], ["heartbeat_counter"]])
        {
            bool IsWanted(string frame) => words.All(word => frame.Contains(word, StringComparison.Ordinal));
            FrameShape.Same(Captured(CoinbaseCapture, IsWanted), [.. messages.Where(IsWanted)]);
        }

        static bool IsAnswer(string frame) => frame.StartsWith("{\"channel\":\"subscriptions\"", StringComparison.Ordinal);
        var answers = Captured(CoinbaseCapture, IsAnswer).Select(frame => WithChannels(frame, ["heartbeats", "market_trades"])).ToList();
        FrameShape.Same([.. answers, .. answers.Select(frame => WithChannels(frame, ["market_trades"]))], [.. messages.Where(IsAnswer)]);
    }

    [Fact]
    public async Task Coinbase_Errors_AreAsDocumented()
    {
        await using var venue = await StartAsync(Exchange.Coinbase, held: true);
        var messages = await MessagesAsync(venue, ["{}", """{"type":"subscribe","product_ids":["BTCUSDT"],"channel":"nonsense"}""", CoinbaseRequest.Replace("BTCUSDT", "ZZZ-USD", StringComparison.Ordinal)], 3);

        Assert.Equal(["""{"type":"error","message":"subscribe or unsubscribe required"}""", """{"type":"error","message":"authentication failure"}"""], messages[..2]);
        FrameShape.Same(messages[..2], messages[2..]);
    }

    [Fact]
    public async Task Kraken_Messages_AreAsDocumented()
    {
        await using var venue = await StartAsync(Exchange.Kraken);
        var messages = await MessagesAsync(venue, [KrakenRequest, """{"method":"ping","req_id":2}"""], 60);

        FrameShape.Same([KrakenStatus], messages[..1]);
        FrameShape.Same([KrakenAccepted], Having(messages, "\"success\":true"));
        FrameShape.Same([KrakenRefused], Having(messages, "\"success\":false"));
        FrameShape.Same([KrakenPong], Having(messages, "\"pong\""));
        FrameShape.Same([KrakenTrades], Having(messages, "\"trade\",\"type\":\"update\""));
        FrameShape.Same([KrakenTrades], Having(messages, "\"trade\",\"type\":\"snapshot\""));
        Assert.Equal(["limit", "market"], Having(messages, "ord_type").SelectMany(message => JsonElement.Parse(message).GetProperty("data").EnumerateArray()).Select(trade => trade.GetProperty("ord_type").GetString()).Distinct().Order());
    }

    [Theory]
    [InlineData(""","snapshot":true""", true)]
    [InlineData(""","snapshot":false""", false)]
    [InlineData("", true)]
    public async Task Kraken_Subscribe_AnswersWithTheSnapshotThatWasAskedFor(string asked, bool answered)
    {
        await using var venue = await StartAsync(Exchange.Kraken, held: true);
        var messages = await MessagesAsync(venue, [$$$"""{"method":"subscribe","params":{"channel":"trade","symbol":["BTCUSDT"]{{{asked}}}}}""", """{"method":"ping"}"""], answered ? 4 : 3);

        Assert.Equal(answered, JsonElement.Parse(messages[1]).GetProperty("result").GetProperty("snapshot").GetBoolean());
        Assert.Equal(answered ? 1 : 0, Having(messages, "\"type\":\"snapshot\"").Count);
    }

    [Fact]
    public async Task Kraken_Heartbeat_ComesOnceSomethingIsSubscribed()
    {
        await using var venue = await StartAsync(Exchange.Kraken, held: true);
        var messages = await MessagesAsync(venue, [KrakenRequest], 6);

        Assert.StartsWith("{\"channel\":\"status\"", messages[0], StringComparison.Ordinal);
        Assert.Contains("\"success\":true", messages[1], StringComparison.Ordinal);
        Assert.Equal(["""{"channel":"heartbeat"}""", """{"channel":"heartbeat"}"""], messages[4..]);
    }

    [Theory]
    [InlineData(Exchange.Binance, "api/v3/historicalTrades?symbol=BTCREST&fromId=0&limit=200", """[{"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.00001200","time":1499865549590,"isBuyerMaker":true,"isBestMatch":true}]""")]
    [InlineData(Exchange.Binance, "api/v3/aggTrades?symbol=BTCREST&limit=200", """[{"a":26129,"p":"0.01633100","q":"4.70443510","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}]""")]
    [InlineData(Exchange.Binance, "api/v3/klines?symbol=BTCREST&interval=1m&limit=3", """[[1723161240000,"61766.20000000","61839.80000000","61755.70000000","61807.80000000","196.11200000",1723161299999,"12120132.41840000",2950,"103.63800000","6404690.00200000","0"]]""")]
    [InlineData(Exchange.Kraken, "0/public/OHLC?pair=BTCREST&interval=1", """{"error":[],"result":{"BTCREST":[[1688671200,"30306.1","30306.0","30305.7","30305.7","30306.1","3.39243890",23]],"last":1688672160}}""")]
    [InlineData(Exchange.Coinbase, "products/BTCREST/trades?limit=200", """[{"time":"2014-11-07T22:19:28.578544Z","trade_id":74,"price":"10.00000000","size":"0.01000000","side":"buy"}]""")]
    [InlineData(Exchange.Coinbase, "products/BTCREST/candles?granularity=60", """[[1415398768,0.32,4.2,0.35,4.2,12.3]]""")]
    public async Task Rest_Answer_IsAsDocumented(Exchange exchange, string path, string documented)
    {
        await using var venue = await StartAsync(exchange);

        FrameShape.Same([documented], [(await AskAsync(venue, path)).Body]);
    }

    [Fact]
    public async Task Kraken_RestTrades_AreAsCaptured()
    {
        const string capture = "trades/kraken-xbtusdt-rest-trades-2025-11-10.csv";
        var path = SharedFiles.TryFind(capture);
        Assert.SkipWhen(path is null, SharedFiles.Missing);
        var lines = await File.ReadAllLinesAsync(path, TestContext.Current.CancellationToken);
        var rows = lines.Skip(1).Select(line => line.Split(',')).Select(row => $"""["{row[0]}","{row[1]}",{row[2]},"{row[3]}","{row[4]}","{row[5]}",{row[6]}]""");
        await using var venue = await StartAsync(Exchange.Kraken);
        var body = (await AskAsync(venue, "0/public/Trades?pair=BTCREST&since=0&count=300")).Body;

        FrameShape.Same([$$$"""{"error":[],"result":{"BTCREST":[{{{string.Join(',', rows)}}}],"last":"1762820035982277754"}}"""], [body]);
        Assert.Equal(["l", "m"], JsonElement.Parse(body).GetProperty("result").GetProperty("BTCREST").EnumerateArray().Select(row => row[4].GetString()!).Distinct().Order());
    }

    [Theory]
    [InlineData(Exchange.Binance, "api/v3/klines?symbol=NOSUCH&interval=1m", 400, """{"code":-1121,"msg":"Invalid symbol."}""")]
    [InlineData(Exchange.Binance, "api/v3/klines?symbol=BTCREST&interval=7m", 400, """{"code":-1120,"msg":"Invalid interval."}""")]
    [InlineData(Exchange.Kraken, "0/public/Trades?pair=NOSUCH", 200, """{"error":["EQuery:Unknown asset pair"]}""")]
    [InlineData(Exchange.Kraken, "0/public/OHLC?pair=BTCREST&interval=7", 200, """{"error":["EGeneral:Invalid arguments"]}""")]
    [InlineData(Exchange.Kraken, "0/public/Nonsense", 404, """{"error":["EGeneral:Unknown method"]}""")]
    [InlineData(Exchange.Coinbase, "products/NOSUCH/trades", 404, """{"message":"NotFound"}""")]
    [InlineData(Exchange.Coinbase, "nonsense", 404, """{"message":"NotFound"}""")]
    public async Task Rest_Error_IsAsDocumented(Exchange exchange, string path, int status, string documented)
    {
        await using var venue = await StartAsync(exchange, held: true);

        Assert.Equal((status, documented), await AskAsync(venue, path));
    }

    [Theory]
    [InlineData(Exchange.Binance, FaultKind.RestTooManyRequests, 429, """^\{"code":-1003,"msg":"Too much request weight used; current limit is 6000 request weight per 1 MINUTE\. Please use WebSocket Streams for live updates to avoid polling the API\."\}$""")]
    [InlineData(Exchange.Binance, FaultKind.RestBanned, 418, """^\{"code":-1003,"msg":"Way too much request weight used; IP banned until \d{13}\. Please use WebSocket Streams for live updates to avoid bans\."\}$""")]
    [InlineData(Exchange.Kraken, FaultKind.RestTooManyRequests, 200, """^\{"error":\["EGeneral:Too many requests"\]\}$""")]
    [InlineData(Exchange.Coinbase, FaultKind.RestTooManyRequests, 429, """^\{"message":"Public rate limit exceeded"\}$""")]
    public async Task Rest_Refusal_IsAsDocumented(Exchange exchange, FaultKind fault, int status, string documented)
    {
        await using var venue = await StartAsync(exchange, held: true);
        venue.Inject(fault, 1, TimeSpan.FromMinutes(5));

        var answer = await AskAsync(venue, "nonsense");

        Assert.Equal(status, answer.Status);
        Assert.Matches(documented, answer.Body);
    }

    private static List<string> Having(IEnumerable<string> messages, string words) => [.. messages.Where(message => message.Contains(words, StringComparison.Ordinal))];

    /// <summary>A captured list of subscriptions with only so many channels: the capture has more than the simulator knows.</summary>
    private static string WithChannels(string frame, string[] channels)
    {
        var json = JsonNode.Parse(frame)!;
        var subscriptions = json["events"]![0]!["subscriptions"]!.AsObject();
        foreach (var name in subscriptions.Select(channel => channel.Key).Where(name => !channels.Contains(name)).ToList()) subscriptions.Remove(name);
        return json.ToJsonString();
    }

    private static Task<SimulatedExchange> StartAsync(Exchange exchange, bool held = false) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions
        {
            Exchange = exchange,
            Instruments = [new SimulatedInstrument("BTCUSDT", "BTCREST", exchange == Exchange.Kraken ? 1 : 2, 8, 500_00, 1)],
            HistoryTrades = 400,
            TradesPerSecond = 400,
            HeartbeatInterval = TimeSpan.FromMilliseconds(20),
            StartHeld = held,
        },
        TestContext.Current.CancellationToken);

    private static async Task<(int Status, string Body)> AskAsync(SimulatedExchange venue, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(venue.RestEndpoint, path), TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<List<string>> MessagesAsync(SimulatedExchange venue, string[] requests, int count, Action? beforeLast = null)
    {
        using var client = await SimulatedClient.ConnectAsync(venue);
        foreach (var request in requests) await client.SendAsync(request);
        var messages = new List<string>();
        while (messages.Count < count)
        {
            if (messages.Count == count - 1) beforeLast?.Invoke();
            messages.Add((await client.ReadAsync())!);
        }

        return messages;
    }

    private static List<string> Captured(string relative, Func<string, bool> wanted)
    {
        var path = SharedFiles.TryFind(relative);
        Assert.SkipWhen(path is null, $"../shared/{relative} is not here");
        using Stream file = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        using var reader = new StreamReader(file);
        var frames = new List<string>();
        while (frames.Count < CapturedFrames && reader.ReadLine() is { } line)
        {
            var json = JsonElement.Parse(line);
            if (!json.TryGetProperty("dir", out _) && json.GetProperty("frame").GetString() is { } frame && wanted(frame)) frames.Add(frame);
        }

        return frames;
    }
}
