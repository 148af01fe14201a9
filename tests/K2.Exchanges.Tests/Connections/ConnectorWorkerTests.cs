using System.Net.WebSockets;
using System.Text;
using K2.Domain.Instruments;
using K2.Simulator.Replay;
using K2.Simulator.WebSockets;
using K2.TestKit;

namespace K2.Exchanges.Tests.Connections;

public sealed class ConnectorWorkerTests
{
    [Fact]
    public async Task Run_ConnectionCut_SubscribesAgainAndStartsAtTheFirstFrame()
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames(Some.Trade(1), Some.Trade(2), Some.Trade(3))] }, TestContext.Current.CancellationToken);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));
        await sink.Until(s => s.Trades == 3);

        server.DropConnections();

        await sink.Until(s => s.Trades == 6);
        Assert.Equal([1L, 2, 3, 1, 2, 3], sink.Batches.SelectMany(b => b.Frames).Select(f => f.Sequence));
        Assert.Equal(2, running.Worker.Status.Connects);
        Assert.Equal(3, running.Worker.Status.Confirmed.Length);
        Assert.StartsWith("connection lost", running.Worker.Status.LastError, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("shutdown")]
    [InlineData("refuse")]
    public async Task Run_ConnectionEndsOrIsRefused_ConnectsAgain(string how)
    {
        await using var exchange = await ScriptedExchange.StartAsync(async (context, number) =>
        {
            if (number == 1 && how == "refuse")
            {
                context.Response.StatusCode = 503;
                return;
            }

            var socket = await ScriptedExchange.AcceptAsync(context);
            await ScriptedExchange.ConfirmAsync(socket);
            await ScriptedExchange.SendAsync(socket, Some.Trade(number));
            if (number == 1 && how == "close") socket.WriteClose(WebSocketCloseStatus.NormalClosure, "24 hours");
            if (number == 1 && how == "shutdown") socket.Write(SocketOpcode.Text, """{"e":"serverShutdown","E":1770123456789}"""u8);
            await socket.FlushAsync(CancellationToken.None);
            await ScriptedExchange.UntilGoneAsync(socket);
        });
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(exchange.Endpoint), sink));

        // Two connections that overlap hand over in no order.
        await sink.Until(s => s.TradesOf("BTC/USDT").Any(t => t.TradeId == 2) && (how == "refuse" || s.TradesOf("BTC/USDT").Any(t => t.TradeId == 1)));

        var expected = how switch { "close" => "closed by the exchange: 1000 24 hours", "shutdown" => "the exchange shuts the connection down", _ => "127.0.0.1 refused the connection with HTTP 503" };
        Assert.Equal(expected, running.Worker.Status.LastError);
        Assert.Equal(sink.Batches.Select(b => b.Origin).Distinct().Count(), how == "refuse" ? 1 : 2);
    }

    [Fact]
    public async Task Run_ServerPings_AreAnsweredWithTheSamePayload()
    {
        var pong = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var exchange = await ScriptedExchange.StartAsync(async (context, _) =>
        {
            var socket = await ScriptedExchange.AcceptAsync(context);
            socket.Write(SocketOpcode.Ping, "1723161254087"u8);
            await socket.FlushAsync(CancellationToken.None);
            while (await socket.ReadAsync(CancellationToken.None) is { } message)
            {
                if (message.Opcode == SocketOpcode.Pong) pong.TrySetResult(Encoding.ASCII.GetString(message.Payload));
            }
        });
        await using var running = new Running(Some.Worker(Some.Options(exchange.Endpoint), new TestSink()));

        Assert.Equal("1723161254087", await pong.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Run_SubscriptionRefused_AsksOneByOneAndReportsTheWrongOne()
    {
        await using var exchange = await ScriptedExchange.StartAsync(async (context, _) =>
        {
            var socket = await ScriptedExchange.AcceptAsync(context);
            for (var i = 0; i < 4; i++)
            {
                var (_, streams, id) = await ScriptedExchange.RequestAsync(socket);
                var isRefused = streams.Contains("ethusdt@trade");
                await ScriptedExchange.SendAsync(socket, isRefused ? $$"""{"error":{"code":2,"msg":"Invalid stream"},"id":{{id}}}""" : $$"""{"result":null,"id":{{id}}}""");
            }

            await ScriptedExchange.SendAsync(socket, Some.Trade(1));
            await ScriptedExchange.UntilGoneAsync(socket);
        });
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(exchange.Endpoint), sink));

        await sink.Until(s => s.Trades == 1);

        var status = running.Worker.Status;
        Assert.Equal(["binance:BTC/USDT", "binance:DOT/USDT"], status.Confirmed.Select(i => i.ToString()).Order());
        Assert.Equal("2 Invalid stream", status.Refused[InstrumentId.Parse("binance:ETH/USDT")]);
        Assert.Equal(ConnectorState.Streaming, status.State);
    }

    [Fact]
    public async Task Run_BeforeTheAnswer_NothingIsConfirmed()
    {
        var running = new TaskCompletionSource<ConnectorWorker>();
        var seen = new TaskCompletionSource<ConnectorWorkerStatus>();
        await using var exchange = await ScriptedExchange.StartAsync(async (context, _) =>
        {
            var socket = await ScriptedExchange.AcceptAsync(context);
            await ScriptedExchange.RequestAsync(socket);
            seen.TrySetResult((await running.Task).Status);
            await ScriptedExchange.UntilGoneAsync(socket);
        });
        var worker = Some.Worker(Some.Options(exchange.Endpoint), new TestSink());
        running.SetResult(worker);
        await using var run = new Running(worker);

        var status = await seen.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        Assert.Empty(status.Confirmed);
        Assert.Equal(ConnectorState.Subscribing, status.State);
        Assert.Equal(3, status.Desired.Length);
    }

    [Fact]
    public async Task Run_TooManyRequests_WaitsAsLongAsTheExchangeAsks()
    {
        var time = new ArmedTimeProvider();
        var second = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var armed = time.WhenArmed(d => d == TimeSpan.FromSeconds(77));
        await using var exchange = await ScriptedExchange.StartAsync((context, number) =>
        {
            if (number == 2) second.TrySetResult();
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "77";
            return Task.CompletedTask;
        });
        await using var running = new Running(Some.Worker(Some.Options(exchange.Endpoint), new TestSink(), time: time));

        await armed;
        Assert.Equal(ConnectorState.Waiting, running.Worker.Status.State);
        time.Advance(TimeSpan.FromSeconds(77));

        await second.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_SilentExchange_IsAskedAndLeftOnlyIfItDoesNotAnswer(bool answers)
    {
        var time = new ArmedTimeProvider();
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var quiet = time.WhenArmed(d => d == TimeSpan.FromSeconds(60));
        await using var exchange = await ScriptedExchange.StartAsync(async (context, number) =>
        {
            if (number == 2) again.TrySetResult();
            var socket = await ScriptedExchange.AcceptAsync(context);
            await ScriptedExchange.ConfirmAsync(socket);
            var (method, _, id) = await ScriptedExchange.RequestAsync(socket);
            asked.TrySetResult(method);
            if (answers) await ScriptedExchange.SendAsync(socket, $$"""{"result":["btcusdt@trade","ethusdt@trade","dotusdt@trade"],"id":{{id}}}""", Some.Trade(1));
            await ScriptedExchange.UntilGoneAsync(socket);
        });
        var sink = new TestSink();
        var options = Some.Options(exchange.Endpoint) with { AnswerTimeout = TimeSpan.FromSeconds(9), SilenceTimeout = TimeSpan.FromSeconds(60), Linger = TimeSpan.Zero };
        await using var running = new Running(Some.Worker(options, sink, time: time));
        await quiet;
        var waits = time.WhenArmed(d => d == TimeSpan.FromSeconds(9));

        time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("LIST_SUBSCRIPTIONS", await asked.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken));
        if (answers)
        {
            await sink.Until(s => s.Trades == 1);
            Assert.Equal(1, running.Worker.Status.Connects);
            return;
        }

        await waits;
        var backoff = time.WhenArmed(d => d > TimeSpan.Zero && d <= TimeSpan.FromMilliseconds(5));
        time.Advance(TimeSpan.FromSeconds(9));
        await backoff;
        time.Advance(TimeSpan.FromMilliseconds(5));
        await again.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        Assert.Equal("no answer to a request within 9 s", running.Worker.Status.LastError);
    }

    [Fact]
    public async Task Run_SinkFails_ReplayStartsOver()
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames(Some.Trade(1), Some.Trade(2))] }, TestContext.Current.CancellationToken);
        var failures = 1;
        var sink = new TestSink { Before = (_, _) => failures-- > 0 ? throw new IOException("disk full") : ValueTask.CompletedTask };
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await sink.Until(s => s.Trades == 2);

        Assert.Equal("handing over failed: disk full", running.Worker.Status.LastError);
    }

    [Fact]
    public async Task Run_SinkFailsWhileStopping_Throws()
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Sources = [Some.Frames(Some.Trade(1))] }, TestContext.Current.CancellationToken);
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var release = new TaskCompletionSource();
        var sink = new TestSink
        {
            Before = async (_, _) =>
            {
                entered.TrySetResult();
                await release.Task;
                throw new IOException("disk full");
            },
        };
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));
        await entered.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        var stop = running.StopAsync();
        release.SetResult();

        await Assert.ThrowsAsync<IOException>(() => stop);
    }

    [Fact]
    public async Task Run_SinkHasABatch_NothingIsReadAhead()
    {
        const int Trades = 100_000;
        await using var server = await ReplayServer.StartAsync(
            new ReplayOptions { Sources = [Some.Frames("many", Enumerable.Range(1, Trades).Select(i => (ReadOnlyMemory<byte>)Encoding.ASCII.GetBytes(Some.Trade(i))))] },
            TestContext.Current.CancellationToken);
        ConnectorWorker worker = null!;
        var handed = 0L;
        var ahead = new List<long>();
        var sink = new TestSink
        {
            Before = async (batch, _) =>
            {
                // While the sink works on another thread, a worker that reads on would count what it reads; the server has more all the time.
                handed += batch.Frames.Count;
                await Task.Yield();
                ahead.Add(worker.Status.Frames - handed);
            },
        };
        worker = Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server));
        await using var running = new Running(worker);

        await sink.Until(s => s.Trades == Trades);

        // The answer to the subscription is in no batch.
        Assert.Equal([1L], ahead.Distinct());
        Assert.All(sink.Batches, b => Assert.InRange(b.Frames.Count, 1, 512));
    }

    [Fact]
    public void New_WrongArguments_AreRefused()
    {
        var endpoint = new Uri("ws://127.0.0.1:1/");

        Assert.Throws<ArgumentException>(() => Some.Worker(new ConnectorOptions { FramesPerBatch = 0 }, new TestSink()));
        Assert.Throws<ArgumentException>(() => Some.Worker(Some.Options(endpoint), new TestSink(), table: new InstrumentTable([])));
    }
}
