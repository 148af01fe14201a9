using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Simulator.Exchanges;
using K2.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Connections;

/// <summary>
/// How soon a worker with the production waits is back on an exchange that it has lost, by the clock of the data. Worker and exchange share one
/// fake clock, which moves only when all that can happen at a moment has happened; the random part of every wait is as long as it can be.
/// </summary>
public sealed class ReconnectTests
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Away = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Never = TimeSpan.FromDays(1);
    private static readonly ConnectorOptions Defaults = new();
    private readonly ArmedTimeProvider _time = new();
    private readonly TestSink _sink = new();

    public static TheoryData<Exchange> Exchanges => [Exchange.Binance, Exchange.Kraken, Exchange.Coinbase];

    public static MatrixTheoryData<Exchange, FaultKind> Losses =>
        new([Exchange.Binance, Exchange.Kraken, Exchange.Coinbase], [FaultKind.CutConnections, FaultKind.CutMidFrame, FaultKind.DailyClose, FaultKind.ServerShutdown]);

    [Theory]
    [MemberData(nameof(Losses))]
    public async Task Run_ConnectionIsLost_IsBackInLessThanFiveSeconds(Exchange kind, FaultKind fault)
    {
        await using var exchange = await StartAsync(kind);
        await using var running = new Running(Worker(Adapter(kind), exchange));
        await OpenedAsync(kind, connections: 1);
        var lost = Now();
        var waiting = _time.WhenArmed(IsBackoff);

        exchange.Inject(fault, 1, TimeSpan.Zero);

        // An end that was announced may have been met already: then there is nothing to wait for.
        var back = OpenedAsync(kind, connections: 2);
        if (await Task.WhenAny(waiting, back) == waiting) _time.Advance(await waiting);
        await back;

        Assert.InRange(FirstFrame().Since(lost), TimeSpan.Zero, Promised);
        Assert.Equal(2, running.Worker.Status.Connects);
    }

    /// <summary>
    /// Nothing but its silence tells a dead connection from one on which nobody trades, so these five seconds count from the moment the worker gives
    /// the connection up: after the exchange's silence and, where the exchange can be asked, the time for its answer.
    /// </summary>
    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task Run_SocketFallsSilent_IsGivenUpAndBackInLessThanFiveSeconds(Exchange kind)
    {
        var adapter = Adapter(kind);
        await using var exchange = await StartAsync(kind);
        var idle = WhenIdle(adapter);
        await using var running = new Running(Worker(adapter, exchange));
        await await idle;
        var silent = Now();
        var waiting = _time.WhenArmed(IsBackoff);

        exchange.Inject(FaultKind.SilentSocket, 1, TimeSpan.Zero);
        var asking = adapter.Asks ? _time.WhenArmed(due => due == adapter.MaxSilence || due == Defaults.AnswerTimeout) : null;
        _time.Advance(adapter.MaxSilence);
        if (asking is not null)
        {
            await Task.WhenAll(asking, adapter.Asked);
            _time.Advance(Defaults.AnswerTimeout);
        }

        var wait = await waiting;
        var noticed = Now();
        _time.Advance(wait);
        await OpenedAsync(kind, connections: 2);

        Assert.Equal(adapter.MaxSilence + (adapter.Asks ? Defaults.AnswerTimeout : TimeSpan.Zero), noticed.Since(silent));
        Assert.InRange(FirstFrame().Since(noticed), TimeSpan.Zero, Promised);
        Assert.Equal(2, running.Worker.Status.Connects);
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task Run_ExchangeWasAway_IsBackInLessThanFiveSecondsOfItsReturn(Exchange kind)
    {
        await using var exchange = await StartAsync(kind);
        await using var running = new Running(Worker(Adapter(kind), exchange));
        await OpenedAsync(kind, connections: 1);
        var returns = Now().Add(Away);
        var waiting = _time.WhenArmed(IsBackoff);

        exchange.Inject(FaultKind.NetworkDown, 1, Away);
        var wait = await waiting;
        while (Now().Add(wait).CompareTo(returns) < 0)
        {
            waiting = _time.WhenArmed(IsBackoff);
            _time.Advance(wait);
            wait = await waiting;
        }

        _time.Advance(wait);
        await OpenedAsync(kind, connections: 2);

        Assert.InRange(FirstFrame().Since(returns), TimeSpan.Zero, Promised);
        Assert.Equal(2, running.Worker.Status.Connects);
    }

    [Theory]
    [MemberData(nameof(Exchanges))]
    public async Task Run_NobodyTrades_KeepsItsConnection(Exchange kind)
    {
        var adapter = Adapter(kind);
        var step = adapter.Asks ? adapter.MaxSilence : TimeSpan.FromSeconds(1);
        await using var exchange = await StartAsync(kind, heartbeats: adapter.Asks ? Never : step);
        var idle = WhenIdle(adapter);
        await using var running = new Running(Worker(adapter, exchange, answerTimeout: adapter.MaxSilence / 2));
        await await idle;

        // A heartbeat or the answer to the worker's question comes, and behind it the same long wait begins; the one for the answer is shorter.
        for (var quiet = TimeSpan.Zero; quiet < TimeSpan.FromMinutes(2); quiet += step)
        {
            var waiting = _time.WhenArmed(due => due == adapter.MaxSilence);
            _time.Advance(step);
            await waiting;
        }

        Assert.Equal((1L, ConnectorState.Streaming), (running.Worker.Status.Connects, running.Worker.Status.State));
    }

    // The waits for data are of 5 s and more, the one for a close is of 1 s.
    private static bool IsBackoff(TimeSpan due) => due > Defaults.BackoffMin && due <= Defaults.BackoffMax;

    private static AskingAdapter Adapter(Exchange kind) => new(ExchangeAdapters.Of(kind));

    private static string Native(Exchange kind) => kind switch { Exchange.Binance => "BTCUSDT", Exchange.Kraken => "BTC/USD", _ => "BTC-USD" };

    // Binance answers; Kraken greets, answers and sends what was; Coinbase sends what was and answers to the subscriptions of trades and heartbeats.
    private static int OpeningFrames(Exchange kind) => kind == Exchange.Binance ? 1 : 3;

    /// <summary>An exchange whose clock runs, on which nobody trades.</summary>
    private async Task<SimulatedExchange> StartAsync(Exchange kind, TimeSpan? heartbeats = null)
    {
        var started = _time.WhenArmed(_ => true);
        var exchange = await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions
            {
                Exchange = kind,
                Instruments = [new SimulatedInstrument(Native(kind), Native(kind), 2, 8, 6_000_000, 1)],
                HeartbeatInterval = heartbeats ?? Never,
                StartHeld = true,
                Time = _time,
            },
            TestContext.Current.CancellationToken);
        await started;
        return exchange;
    }

    private ConnectorWorker Worker(AskingAdapter adapter, SimulatedExchange exchange, TimeSpan? answerTimeout = null)
    {
        var instrument = new Instrument(InstrumentId.Create(adapter.Exchange, "BTC/USD"), Native(adapter.Exchange), "BTC", "USD", 8, 8);
        var options = Defaults with { EndpointOverride = exchange.WebSocketEndpoint, Linger = TimeSpan.Zero, AnswerTimeout = answerTimeout ?? Defaults.AnswerTimeout };
        return new ConnectorWorker(adapter, new InstrumentTable([instrument]), [instrument], options, _sink, null, TradeSource.Live, new LongestWaits(), _time, NullLogger.Instance);
    }

    /// <summary>Ends when so many connections were made and the last one has brought all that the exchange sends while the clock stands.</summary>
    private Task OpenedAsync(Exchange kind, int connections) =>
        _sink.Until(_ => Connections().Count == connections && Connections()[^1].Sum(batch => batch.Frames.Count) >= OpeningFrames(kind));

    /// <summary>Ends with a task that ends when the first connection has brought all that comes by itself and the worker waits for more.</summary>
    private Task<Task<TimeSpan>> WhenIdle(AskingAdapter adapter)
    {
        var idle = new TaskCompletionSource<Task<TimeSpan>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var frames = 0;
        _sink.Before = (batch, _) =>
        {
            // Armed within the hand-over: the wait for data that comes next is the one behind it.
            frames += batch.Frames.Count;
            if (frames >= OpeningFrames(adapter.Exchange)) idle.TrySetResult(_time.WhenArmed(due => due == adapter.MaxSilence));
            return ValueTask.CompletedTask;
        };
        return idle.Task.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
    }

    private Timestamp FirstFrame() => Connections()[^1].First().Frames[0].ReceivedTime;

    private List<IGrouping<string, FrameBatch>> Connections() => [.. _sink.Batches.GroupBy(batch => batch.Origin)];

    private Timestamp Now() => Timestamp.From(_time.GetUtcNow());

    private sealed class LongestWaits : Random
    {
        public override double NextDouble() => double.BitDecrement(1);
    }
}
