using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.TestKit;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>
/// The simulated exchanges' messages and REST rows have the fields, kinds of values and number formats of captured ones, and where nothing was
/// captured, of the exchanges' documents.
/// </summary>
public sealed partial class FrameShapeTests
{
    private const string KrakenTrade = """{"channel":"trade","type":"update","data":[{"symbol":"MATIC/USD","side":"buy","price":0.5147,"qty":6423.46326,"ord_type":"limit","trade_id":4665846,"timestamp":"2023-09-25T07:48:36.925533Z"}]}""";
    private const string KrakenAccepted = """{"method":"subscribe","result":{"channel":"trade","snapshot":true,"symbol":"MATIC/USD"},"success":true,"time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z","req_id":1}""";
    private const string KrakenRefused = """{"error":"Currency pair not supported ZZZ/USD","method":"subscribe","success":false,"symbol":"ZZZ/USD","time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z","req_id":1}""";
    private const string KrakenStatus = """{"channel":"status","data":[{"api_version":"v2","connection_id":13834774380200032,"system":"online","version":"2.0.0"}],"type":"update"}""";
    private const string KrakenPong = """{"method":"pong","req_id":2,"time_in":"2023-09-24T14:10:23.799685Z","time_out":"2023-09-24T14:10:23.799703Z"}""";
    private const string CoinbaseHeartbeat = """{"channel":"heartbeats","timestamp":"2026-08-09T21:05:48.228568804Z","sequence_num":5,"events":[{"current_time":"2026-08-09 21:05:48.854840045 +0000 UTC m=+41691.260485341","heartbeat_counter":3049}]}""";

    [Fact]
    public async Task Binance_Messages_AreAsCaptured()
    {
        await using var venue = await StartAsync(Exchange.Binance);
        var messages = await MessagesAsync(venue, ["""{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}"""], 12);

        Same("""{"result":null,"id":1}""", messages[0]);
        var trade = messages.First(message => message.Contains("\"e\":\"trade\"", StringComparison.Ordinal));
        Same(Captured("captures/binance-trade-2024-08-08.jsonl", frame => frame.Contains("btcusdt@trade", StringComparison.Ordinal)), trade);
        Assert.Matches("""^\{"stream":"btcusdt@trade","data":\{"e":"trade","E":\d{13},"s":"BTCUSDT","t":\d+,"p":"\d+\.\d{8}","q":"\d+\.\d{8}","T":\d{13},"m":(true|false),"M":true\}\}$""", trade);
    }

    [Fact]
    public async Task Coinbase_Messages_AreAsCaptured()
    {
        await using var venue = await StartAsync(Exchange.Coinbase);
        var messages = await MessagesAsync(venue, ["""{"type":"subscribe","product_ids":["BTCUSDT"],"channel":"market_trades"}""", """{"type":"subscribe","channel":"heartbeats"}"""], 60);
        const string capture = "captures/coinbase-advanced-2026-08-09.jsonl.gz";

        Same(Captured(capture, frame => frame.Contains("\"market_trades\"", StringComparison.Ordinal) && frame.Contains("\"snapshot\"", StringComparison.Ordinal)), messages.First(message => message.Contains("\"snapshot\"", StringComparison.Ordinal)));
        Same(Captured(capture, frame => frame.Contains("\"market_trades\"", StringComparison.Ordinal) && frame.Contains("\"update\"", StringComparison.Ordinal)), messages.First(message => message.Contains("\"update\"", StringComparison.Ordinal)));
        Same(Captured(capture, frame => frame.Contains("\"subscriptions\"", StringComparison.Ordinal)), messages.First(message => message.Contains("\"subscriptions\"", StringComparison.Ordinal)));
        Same(CoinbaseHeartbeat, messages.First(message => message.Contains("heartbeat_counter", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Kraken_Messages_AreAsDocumented()
    {
        await using var venue = await StartAsync(Exchange.Kraken);
        var messages = await MessagesAsync(venue, ["""{"method":"subscribe","params":{"channel":"trade","symbol":["BTCUSDT","ZZZ/USD"],"snapshot":true},"req_id":1}""", """{"method":"ping","req_id":2}"""], 12);

        Same(KrakenStatus, messages[0]);
        Same(KrakenAccepted, messages.First(message => message.Contains("\"success\":true", StringComparison.Ordinal)));
        Same(KrakenRefused, messages.First(message => message.Contains("\"success\":false", StringComparison.Ordinal)));
        Same(KrakenPong, messages.First(message => message.Contains("\"pong\"", StringComparison.Ordinal)));
        Same(KrakenTrade, messages.First(message => message.Contains("\"update\"", StringComparison.Ordinal) && message.Contains("trade_id", StringComparison.Ordinal)));
        Same(KrakenTrade.Replace("update", "snapshot", StringComparison.Ordinal), messages.First(message => message.Contains("\"snapshot\",", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Exchange.Binance, "api/v3/historicalTrades?symbol=BTCREST&fromId=0&limit=2", """[{"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.00001200","time":1499865549590,"isBuyerMaker":true,"isBestMatch":true}]""")]
    [InlineData(Exchange.Binance, "api/v3/aggTrades?symbol=BTCREST&limit=2", """[{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}]""")]
    [InlineData(Exchange.Binance, "api/v3/klines?symbol=BTCREST&interval=1m&limit=2", """[[1723161240000,"61766.20000000","61839.80000000","61755.70000000","61807.80000000","196.11200000",1723161299999,"12120132.41840000",2950,"103.63800000","6404690.00200000","0"]]""")]
    [InlineData(Exchange.Binance, "api/v3/klines?symbol=NOSUCH&interval=1m", """{"code":-1121,"msg":"Invalid symbol."}""")]
    [InlineData(Exchange.Kraken, "0/public/Trades?pair=BTCREST&since=0&count=2", """{"error":[],"result":{"XBTCREST":[["105433.60000","0.00027625",1762795433.9717445,"b","l","",10218208]],"last":"1762795433971744500"}}""")]
    [InlineData(Exchange.Kraken, "0/public/OHLC?pair=BTCREST&interval=1", """{"error":[],"result":{"XBTCREST":[[1688671200,"30306.1","30306.2","30305.7","30305.7","30306.1","3.39243896",23]],"last":1688672160}}""")]
    [InlineData(Exchange.Coinbase, "products/BTCREST/trades?limit=2", """[{"time":"2014-11-07T22:19:28.578544Z","trade_id":74,"price":"10.00","size":"0.01000000","side":"buy"}]""")]
    [InlineData(Exchange.Coinbase, "products/BTCREST/candles?granularity=60", """[[1415398768,0.32,4.2,0.35,4.2,12.3]]""")]
    [InlineData(Exchange.Coinbase, "products/NOSUCH/trades", """{"message":"NotFound"}""")]
    public async Task Rest_Answer_IsAsDocumented(Exchange exchange, string path, string documented)
    {
        await using var venue = await StartAsync(exchange);
        using var http = new HttpClient();

        using var answer = await http.GetAsync(new Uri(venue.RestEndpoint, path), TestContext.Current.CancellationToken);

        Same(documented, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [GeneratedRegex(@"^-?\d+(\.\d+)?([eE][-+]?\d+)?$")]
    private static partial Regex Number { get; }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$")]
    private static partial Regex Iso { get; }

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 UTC m=\+\d+\.\d+$")]
    private static partial Regex GoTime { get; }

    private static void Same(string expected, string actual) => Assert.Equal(Form(JsonElement.Parse(expected)), Form(JsonElement.Parse(actual)));

    /// <summary>What a value is, without what it says: names in alphabetical order, as JSON objects have none of their own.</summary>
    private static string Form(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal).Select(member => $"{member.Name}:{Form(member.Value)}")) + "}",
        JsonValueKind.Array when value.GetArrayLength() > 0 && value[0].ValueKind is JsonValueKind.Object or JsonValueKind.Array => $"[{Form(value[0])}]",
        JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(Form).Distinct()) + "]",
        JsonValueKind.Number => "number",
        JsonValueKind.String => Form(value.GetString()!),
        JsonValueKind.True or JsonValueKind.False => "bool",
        _ => value.ValueKind.ToString(),
    };

    private static string Form(string text) =>
        Number.IsMatch(text) ? "\"number\""
        : Iso.IsMatch(text) ? "\"iso\""
        : GoTime.IsMatch(text) ? "\"go time\""
        : text.Length == 0 ? "\"\"" : "\"text\"";

    private static Task<SimulatedExchange> StartAsync(Exchange exchange) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions
        {
            Exchange = exchange,
            Instruments = [new SimulatedInstrument("BTCUSDT", "BTCREST", exchange == Exchange.Kraken ? 1 : 2, 8, 500_00, 1)],
            HistoryTrades = 400,
            TradesPerSecond = 100,
            HeartbeatInterval = TimeSpan.FromMilliseconds(50),
        },
        TestContext.Current.CancellationToken);

    private static async Task<List<string>> MessagesAsync(SimulatedExchange venue, string[] requests, int count)
    {
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(venue.WebSocketEndpoint, TestContext.Current.CancellationToken);
        foreach (var request in requests) await socket.SendAsync(Encoding.UTF8.GetBytes(request), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var messages = new List<string>();
        var buffer = new byte[1 << 20];
        while (messages.Count < count)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await socket.ReceiveAsync(buffer.AsMemory(length), TestContext.Current.CancellationToken);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            messages.Add(Encoding.UTF8.GetString(buffer, 0, length));
        }

        return messages;
    }

    private static string Captured(string relative, Func<string, bool> wanted)
    {
        var path = SharedFiles.TryFind(relative);
        Assert.SkipWhen(path is null, $"../shared/{relative} is not here");
        using Stream file = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress) : File.OpenRead(path);
        using var reader = new StreamReader(file);
        while (reader.ReadLine() is { } line)
        {
            var frame = JsonElement.Parse(line).GetProperty("frame").GetString()!;
            if (!frame.Contains("\"subscribe\"", StringComparison.Ordinal) && wanted(frame)) return frame;
        }

        throw new InvalidDataException($"{relative} holds no such frame");
    }
}
