using System.Net;
using System.Net.WebSockets;
using System.Text;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.TestKit;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>What the simulated exchanges do not put up with.</summary>
public sealed class SimulatedLimitsTests
{
    private readonly ArmedTimeProvider _time = new();

    [Theory]
    [InlineData(Exchange.Binance, "api/v3/historicalTrades?symbol=AAA&limit=1", 240, 59_000, 1000)]
    [InlineData(Exchange.Binance, "api/v3/historicalTrades?symbol=AAA&limit=1", 240, 20_300, 39_700)]
    [InlineData(Exchange.Binance, "api/v3/historicalTrades?symbol=AAA&limit=1", 240, 0, 60_000)]
    [InlineData(Exchange.Coinbase, "products/AAA/trades?limit=1", 15, 400, 600)]
    public async Task Rest_OneRequestTooMany_IsAnsweredWith429UntilTimeHasPassed(Exchange exchange, string path, int allowed, int elapsedMs, int leftMs)
    {
        await using var venue = await StartAsync(exchange);
        using var http = new HttpClient();
        for (var i = 0; i < allowed; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, path)).Status);

        _time.Advance(TimeSpan.FromMilliseconds(elapsedMs));
        var refused = await AskAsync(http, venue, path);
        _time.Advance(TimeSpan.FromMilliseconds(leftMs - 1));
        var early = await AskAsync(http, venue, path);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var again = await AskAsync(http, venue, path);

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds((leftMs + 999) / 1000)), (refused.Status, refused.RetryAfter));
        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(1)), (early.Status, early.RetryAfter));
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Equal(2, venue.LimitsExceeded);
        Assert.Equal(exchange == Exchange.Binance ? "25" : null, again.Used);
    }

    [Fact]
    public async Task Binance_HeavyRequestTooMany_WaitsUntilItsWholeWeightIsFree()
    {
        await using var venue = await StartAsync(Exchange.Binance);
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, "api/v3/klines?symbol=AAA&interval=1m")).Status);
        _time.Advance(TimeSpan.FromSeconds(10));
        for (var i = 0; i < 239; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, "api/v3/trades?symbol=AAA&limit=1")).Status);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, "api/v3/klines?symbol=AAA&interval=1m")).Status);

        // 2 + 239 * 25 + 2 are used. A light request waits for the first of them, a heavy one for one of those 10 s later.
        for (var i = 0; i < 5; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, "api/v3/aggTrades?symbol=AAA&limit=1")).Status);
        var light = await AskAsync(http, venue, "api/v3/klines?symbol=AAA&interval=1m");
        var heavy = await AskAsync(http, venue, "api/v3/trades?symbol=AAA&limit=1");

        Assert.Equal((TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(50)), (light.RetryAfter, heavy.RetryAfter));
    }

    [Fact]
    public async Task Kraken_OneRequestTooMany_IsRefusedInWordsUntilTimeHasPassed()
    {
        await using var venue = await StartAsync(Exchange.Kraken);
        using var http = new HttpClient { BaseAddress = venue.RestEndpoint };
        Task<string> Ask() => http.GetStringAsync("0/public/Trades?pair=AAA&since=0", TestContext.Current.CancellationToken);

        var first = await Ask();
        _time.Advance(TimeSpan.FromMilliseconds(799));
        var refused = await Ask();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        var again = await Ask();

        Assert.Equal("""{"error":["EGeneral:Too many requests"]}""", refused);
        Assert.Equal((first, 1), (again, venue.LimitsExceeded));
    }

    [Fact]
    public async Task Kraken_TwoPairsAtOnce_AreBothAnswered()
    {
        await using var venue = await StartAsync(Exchange.Kraken);
        using var http = new HttpClient();

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, "0/public/Trades?pair=AAA")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, "0/public/Trades?pair=BBB")).Status);
    }

    [Fact]
    public async Task Binance_SixMessagesInASecond_CutTheConnection()
    {
        await using var venue = await StartAsync(Exchange.Binance);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(venue.WebSocketEndpoint, TestContext.Current.CancellationToken);
        for (var i = 1; i <= 6; i++) await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"method":"LIST_SUBSCRIPTIONS","id":{{i}}}"""), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);

        var buffer = new byte[4096];
        await Assert.ThrowsAsync<WebSocketException>(async () =>
        {
            while (true) await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
        });
        Assert.Equal(1, venue.LimitsExceeded);
    }

    private static async Task<(HttpStatusCode Status, string? Used, TimeSpan? RetryAfter)> AskAsync(HttpClient http, SimulatedExchange venue, string path)
    {
        using var answer = await http.GetAsync(new Uri(venue.RestEndpoint, path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.TryGetValues("X-MBX-USED-WEIGHT-1M", out var values) ? values.First() : null, answer.Headers.RetryAfter?.Delta);
    }

    private Task<SimulatedExchange> StartAsync(Exchange exchange) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions { Exchange = exchange, Instruments = [new SimulatedInstrument("AAA", "AAA", 2, 4, 500_00, 1), new SimulatedInstrument("BBB", "BBB", 2, 4, 500_00, 1)], HistoryTrades = 3, StartHeld = true, Time = _time },
        TestContext.Current.CancellationToken);
}
