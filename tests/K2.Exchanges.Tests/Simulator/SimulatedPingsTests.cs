using System.Text;
using K2.Domain.Instruments;
using K2.Simulator.Exchanges;
using K2.Simulator.WebSockets;
using K2.TestKit;

namespace K2.Exchanges.Tests.Simulator;

/// <summary>Binance's server pings every 20 s and cuts a connection 60 s after a ping whose payload has not come back.</summary>
public sealed class SimulatedPingsTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private readonly ArmedTimeProvider _time = new();

    [Fact]
    public async Task Ping_NoPong_IsCutSixtySecondsLater()
    {
        await using var venue = await StartAsync();
        var socket = new ScriptedSocket();
        var serving = venue.Venue.ServeAsync(socket, TestContext.Current.CancellationToken);
        _time.Advance(Interval);
        await socket.NextAsync(SocketOpcode.Ping);

        _time.Advance(Timeout - Moment);
        Assert.False(socket.IsCut);
        _time.Advance(Moment);

        Assert.True(socket.IsCut);
        await serving;
    }

    [Theory]
    [InlineData("")]
    [InlineData("1723161254087")]
    public async Task Ping_PongWithoutItsPayload_IsCutAllTheSame(string payload)
    {
        await using var venue = await StartAsync();
        var socket = new ScriptedSocket();
        var serving = venue.Venue.ServeAsync(socket, TestContext.Current.CancellationToken);
        _time.Advance(Interval);
        await socket.NextAsync(SocketOpcode.Ping);
        await socket.SendAsync(SocketOpcode.Pong, Encoding.ASCII.GetBytes(payload));

        _time.Advance(Timeout);

        Assert.True(socket.IsCut);
        await serving;
    }

    [Fact]
    public async Task Ping_ItsPayloadComesBack_TheNextOneIsWaitedFor()
    {
        await using var venue = await StartAsync();
        var socket = new ScriptedSocket();
        var serving = venue.Venue.ServeAsync(socket, TestContext.Current.CancellationToken);
        _time.Advance(Interval);
        await socket.SendAsync(SocketOpcode.Pong, await socket.NextAsync(SocketOpcode.Ping));

        // The fake clock shows its last moment to all timers of one step.
        _time.Advance(Interval);
        _time.Advance(Timeout - Moment);
        Assert.False(socket.IsCut);
        _time.Advance(Moment);

        Assert.True(socket.IsCut);
        await serving;
    }

    [Fact]
    public async Task Ping_PongOfALaterOne_AnswersThoseBeforeIt()
    {
        await using var venue = await StartAsync();
        var socket = new ScriptedSocket();
        var serving = venue.Venue.ServeAsync(socket, TestContext.Current.CancellationToken);
        _time.Advance(Interval);
        var first = await socket.NextAsync(SocketOpcode.Ping);
        _time.Advance(Interval);
        var second = await socket.NextAsync(SocketOpcode.Ping);
        await socket.SendAsync(SocketOpcode.Pong, second);

        // The fake clock shows its last moment to all timers of one step.
        _time.Advance(Interval);
        _time.Advance(Timeout - Moment);
        Assert.False(socket.IsCut);
        _time.Advance(Moment);

        Assert.True(socket.IsCut);
        Assert.NotEqual(first, second);
        await serving;
    }

    private Task<SimulatedExchange> StartAsync() => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions { Exchange = Exchange.Binance, Instruments = [new SimulatedInstrument("AAA", "AAA", 2, 4, 500_00, 1)], HistoryTrades = 3, StartHeld = true, Time = _time },
        TestContext.Current.CancellationToken);
}
