using System.Net;
using System.Net.Sockets;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Binance;
using K2.Grains.Connectors;
using K2.TestKit;
using K2.TestKit.Log;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Grains.Tests.Connectors;

/// <summary>What becomes of workers that fail. An exchange is only a port that takes connections: a worker that connects runs.</summary>
public sealed class RunningConnectorTests : IDisposable
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);
    private readonly ArmedTimeProvider _time = new();
    private readonly PipelineCounters _counters = new();
    private readonly TcpListener _exchange = new(IPAddress.Loopback, 0);

    public RunningConnectorTests() => _exchange.Start();

    public void Dispose()
    {
        _exchange.Dispose();
        _counters.Dispose();
    }

    [Fact]
    public async Task Worker_HasFailed_IsReplacedWithinASecondEachTime()
    {
        var makes = new Makes([await FailingAsync(), await FailingAsync(), Worker()]);
        var waiting = _time.WhenArmed(IsRestart);
        await using var running = Start(makes);

        var wait = await waiting;
        waiting = _time.WhenArmed(IsRestart);
        _time.Advance(wait);
        _time.Advance(await waiting);
        using var connection = await AcceptAsync();

        Assert.Equal(3, makes.Made);
        Assert.Equal(makes.Last.Status.ConnectionId, Assert.Single(running.Workers).ConnectionId);
        Assert.Equal(ConnectorState.Connecting, running.Workers[0].State);
        Assert.False(running.HasEnded);
    }

    [Fact]
    public async Task Worker_HasFailed_TheOtherConnectionGoesOn()
    {
        var failing = new Makes([await FailingAsync(), Worker()]);
        var healthy = new Makes([Worker()]);
        var waiting = _time.WhenArmed(IsRestart);
        await using var running = Start(failing, healthy);
        using var first = await AcceptAsync();
        var before = running.Workers[1].ConnectionId;

        _time.Advance(await waiting);
        using var second = await AcceptAsync();

        Assert.Equal((2, 1), (failing.Made, healthy.Made));
        Assert.Equal(before, running.Workers[1].ConnectionId);
    }

    [Fact]
    public async Task Dispose_WhileAFailedWorkerWaits_MakesNoOther()
    {
        var makes = new Makes([await FailingAsync(), Worker()]);
        var waiting = _time.WhenArmed(IsRestart);
        var running = Start(makes);
        await waiting;

        await running.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        Assert.Equal(1, makes.Made);
        Assert.True(running.HasEnded);
    }

    [Fact]
    public async Task Dispose_OfAnEndThatFailed_IsAnEnd_AlsoTheSecondTime()
    {
        // No other worker can be made: the connection's task fails.
        var makes = new Makes([await FailingAsync()]);
        var waiting = _time.WhenArmed(IsRestart);
        var running = Start(makes);
        _time.Advance(await waiting);
        await makes.Exhausted.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        await running.DisposeAsync();
        await running.DisposeAsync();

        Assert.True(running.HasEnded);
    }

    // Nothing else runs on this clock.
    private static bool IsRestart(TimeSpan due) => due > TimeSpan.Zero && due <= Promised;

    /// <summary>A worker that fails as soon as it is run: it has run before.</summary>
    private async Task<ConnectorWorker> FailingAsync()
    {
        var worker = Worker();
        await worker.RunAsync(new CancellationToken(canceled: true));
        return worker;
    }

    private ConnectorWorker Worker() => new(
        new BinanceAdapter(),
        new InstrumentTable([Some.Instrument]),
        [Some.Instrument],
        new ConnectorOptions { EndpointOverride = new Uri($"ws://{_exchange.LocalEndpoint}/") },
        new NoSink(),
        null,
        TradeSource.Live,
        new Random(1),
        new ArmedTimeProvider(),
        NullLogger.Instance);

    private RunningConnector Start(params Makes[] makes)
    {
        var live = new LivePump(new NoGrains());
        var log = new InMemoryLog([new LogTopic(TopicNames.Trades(Exchange.Binance), 1)]);
        var sink = new LogConnectorSink(log, live, _counters, NoProtocolProbe.Instance, 4, TimeProvider.System, NullLogger.Instance);
        return new RunningConnector([Some.Instrument], [.. makes.Select(make => (Func<ConnectorWorker>)make.Next)], sink, live, null, null, null, null, _time, NullLogger.Instance);
    }

    private Task<TcpClient> AcceptAsync() => _exchange.AcceptTcpClientAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

    /// <summary>Gives the workers of one connection, one after the other.</summary>
    private sealed class Makes(IReadOnlyList<ConnectorWorker> workers)
    {
        private readonly TaskCompletionSource _exhausted = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Made { get; private set; }

        public ConnectorWorker Last => workers[Made - 1];

        /// <summary>Ends when a worker was asked for and there was none.</summary>
        public Task Exhausted => _exhausted.Task;

        public ConnectorWorker Next()
        {
            if (Made == workers.Count) _exhausted.TrySetResult();
            return workers[Made++];
        }
    }

    private sealed class NoSink : IConnectorSink
    {
        public ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
