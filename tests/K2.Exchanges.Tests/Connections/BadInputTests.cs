using System.Text;
using K2.Simulator.Replay;
using K2.Simulator.WebSockets;

namespace K2.Exchanges.Tests.Connections;

public sealed class BadInputTests
{
    private static readonly HashSet<string> Known = ["BTCUSDT", "ETHUSDT", "DOTUSDT"];

    [Fact]
    public async Task Run_BadFrames_BecomeRejectedAndTheRestGoesOn()
    {
        var invalid = Encoding.UTF8.GetBytes(Some.Trade(1));
        invalid[^3] = 0xFF;
        (ReadOnlyMemory<byte> Frame, string Reason)[] bad =
        [
            (Encoding.UTF8.GetBytes("not json"), RejectReasons.BrokenJson),
            (invalid, RejectReasons.InvalidUtf8),
            (Encoding.UTF8.GetBytes("{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"s\":\"BTCUSDT\"}}"), RejectReasons.MissingField),
            (Encoding.UTF8.GetBytes(Some.Trade(1, "FOOUSDT")), RejectReasons.UnknownSymbol),
            (Encoding.UTF8.GetBytes(Some.Trade(1, price: "0.00000000")), RejectReasons.PriceNotPositive),
            (Encoding.UTF8.GetBytes(Some.Trade(1, price: "-5")), RejectReasons.PriceNotPositive),
            (Encoding.UTF8.GetBytes(Some.Trade(1, price: new string('9', 40))), RejectReasons.PriceTooLarge),
            (Encoding.UTF8.GetBytes(Some.Trade(1, timeMs: 0)), RejectReasons.TimeOutOfRange),
            (Encoding.UTF8.GetBytes(Some.Trade(1, timeMs: 4102444800000)), RejectReasons.TimeOutOfRange),
        ];
        var frames = bad.SelectMany((b, i) => new[] { b.Frame, Encoding.UTF8.GetBytes(Some.Trade(100 + i)) });
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames("bad", frames)], KnownSymbols = Known }, TestContext.Current.CancellationToken);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await sink.Until(s => s.Trades == bad.Length && s.Rejected == bad.Length);

        var rejected = sink.Batches.SelectMany(b => b.Rejected).ToList();
        Assert.Equal(bad.Select(b => b.Reason), rejected.Select(r => r.Reason));
        Assert.Equal(Enumerable.Range(0, bad.Length).Select(i => (2L * i) + 1), rejected.Select(r => r.Sequence));
        for (var i = 0; i < bad.Length; i++) Assert.Equal(bad[i].Frame.ToArray(), rejected[i].Original.ToArray());
        Assert.Equal(1, running.Worker.Status.Connects);
        Assert.Equal(2 * bad.Length, sink.Frames);
    }

    [Fact]
    public async Task Run_FrameOfTenMegabytes_KeepsItsBeginningAndGoesOn()
    {
        var big = Encoding.ASCII.GetBytes("{\"x\":\"" + new string('a', 10_000_000) + "\"}");
        ReadOnlyMemory<byte>[] frames = [Encoding.UTF8.GetBytes(Some.Trade(1)), big, Encoding.UTF8.GetBytes(Some.Trade(2))];
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames("big", frames)] }, TestContext.Current.CancellationToken);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await sink.Until(s => s.Trades == 2);

        var rejected = Assert.Single(sink.Batches.SelectMany(b => b.Rejected));
        Assert.Equal((RejectReasons.FrameTooBig, (long)big.Length, 2L), (rejected.Reason, rejected.OriginalLength, rejected.Sequence));
        Assert.True(rejected.Original.Span.SequenceEqual(big.AsSpan(0, 1024 * 1024)));
        Assert.Equal([1L, 3L], sink.Batches.SelectMany(b => b.Frames).Select(f => f.Sequence));
    }

    [Fact]
    public async Task Run_LiveTextThatIsNoUtf8_IsRejectedAndTheConnectionMadeAgain()
    {
        var invalid = Encoding.UTF8.GetBytes(Some.Trade(2));
        invalid[40] = 0xFF;
        await using var exchange = await ScriptedExchange.StartAsync(async (context, number) =>
        {
            var socket = await ScriptedExchange.AcceptAsync(context);
            await ScriptedExchange.ConfirmAsync(socket);
            if (number == 1)
            {
                socket.Write(SocketOpcode.Text, Encoding.UTF8.GetBytes(Some.Trade(1)));
                socket.Write(SocketOpcode.Text, invalid);
            }

            await ScriptedExchange.SendAsync(socket, Some.Trade(3));
            await ScriptedExchange.UntilGoneAsync(socket);
        });
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(exchange.Endpoint), sink));

        await sink.Until(s => s.Trades == 2);

        var rejected = Assert.Single(sink.Batches.SelectMany(b => b.Rejected));
        Assert.Equal((RejectReasons.InvalidUtf8, 3L), (rejected.Reason, rejected.Sequence));
        Assert.Equal(invalid, rejected.Original.ToArray());
        Assert.Equal([1L, 3L], sink.TradesOf("BTC/USDT").Select(t => t.TradeId));
        Assert.Equal(2, running.Worker.Status.Connects);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(70_000)]
    [InlineData(1024 * 1024)]
    public async Task Run_LongFrames_ArriveUnchanged(int length)
    {
        var frames = Enumerable.Range(0, 5).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes("{\"x\":\"" + new string((char)('a' + i), length - 8) + "\"}")).ToArray();
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames("long", frames)] }, TestContext.Current.CancellationToken);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await sink.Until(s => s.Frames == 5);

        var received = sink.Batches.SelectMany(b => b.Frames).ToList();
        for (var i = 0; i < frames.Length; i++) Assert.True(received[i].Bytes.Span.SequenceEqual(frames[i].Span));
    }
}
