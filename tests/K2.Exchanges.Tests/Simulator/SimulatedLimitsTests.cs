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
    [InlineData(Exchange.Binance, "api/v3/historicalTrades?symbol=AAA&limit=1", 240)]
    [InlineData(Exchange.Kraken, "0/public/Trades?pair=AAA&since=0", 1)]
    [InlineData(Exchange.Coinbase, "products/AAA/trades?limit=1", 15)]
    public async Task Rest_OneRequestTooMany_IsAnsweredWith429UntilTimeHasPassed(Exchange exchange, string path, int allowed)
    {
        await using var venue = await StartAsync(exchange);
        using var http = new HttpClient();
        for (var i = 0; i < allowed; i++) Assert.Equal(HttpStatusCode.OK, (await AskAsync(http, venue, path)).Status);

        var refused = await AskAsync(http, venue, path);
        _time.Advance(TimeSpan.FromSeconds(61));
        var again = await AskAsync(http, venue, path);

        Assert.Equal((HttpStatusCode.TooManyRequests, HttpStatusCode.OK), (refused.Status, again.Status));
        Assert.Equal(1, venue.LimitsExceeded);
        Assert.Equal(exchange == Exchange.Binance ? "25" : null, again.Used);
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

    private static async Task<(HttpStatusCode Status, string? Used)> AskAsync(HttpClient http, SimulatedExchange venue, string path)
    {
        using var answer = await http.GetAsync(new Uri(venue.RestEndpoint, path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, answer.Headers.TryGetValues("X-MBX-USED-WEIGHT-1M", out var values) ? values.First() : null);
    }

    private Task<SimulatedExchange> StartAsync(Exchange exchange) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions { Exchange = exchange, Instruments = [new SimulatedInstrument("AAA", "AAA", 2, 4, 500_00, 1), new SimulatedInstrument("BBB", "BBB", 2, 4, 500_00, 1)], HistoryTrades = 3, StartHeld = true, Time = _time },
        TestContext.Current.CancellationToken);
}
