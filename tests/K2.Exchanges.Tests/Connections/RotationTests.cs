using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Simulator.Exchanges;
using K2.Simulator.Virtual;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Connections;

/// <summary>Connections that are replaced before their end, on simulated exchanges, with nothing that could fetch what is missed.</summary>
public sealed class RotationTests
{
    private const int Trades = 1500;
    private const int TradesPerSecond = 20;
    private static readonly TimeSpan Subscribing = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Arriving = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(Exchange.Binance)]
    [InlineData(Exchange.Kraken)]
    [InlineData(Exchange.Coinbase)]
    public void Run_ConnectionsReplacedAllTheTime_NoTradeIsMissing(Exchange exchange) => Run(exchange, TimeSpan.FromSeconds(3), async (venue, worker, sink, time) =>
    {
        venue.Release();
        await venue.Finished;
        await time.PassAsync(Arriving);

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink).Order());
        Assert.InRange(worker.Status.Connects, 15, 25);
        Assert.Equal("", worker.Status.LastError);
    });

    [Fact]
    public void Run_ShutdownAnnounced_TheNextConnectionIsUpBeforeTheOldOneEnds() => Run(Exchange.Binance, null, async (venue, worker, sink, time) =>
    {
        venue.Release();
        await time.PassAsync(TimeSpan.FromSeconds(Trades / TradesPerSecond / 3));

        venue.Announce();
        await venue.Finished;
        await time.PassAsync(Arriving);

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink).Order());
        Assert.Equal(2, worker.Status.Connects);
    });

    [Fact]
    public void Run_NoConnectionToTakeOver_TheOldOneGoesOn() => Run(Exchange.Binance, TimeSpan.FromSeconds(8), async (venue, worker, sink, time) =>
    {
        venue.Inject(FaultKind.RefuseConnections, 1, TimeSpan.FromSeconds(30));
        venue.Release();
        await time.PassAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(ConnectorState.Streaming, worker.Status.State);
        Assert.Equal(1, worker.Status.Connects);
        await venue.Finished;
        await time.PassAsync(Arriving);

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink).Order());
    });

    [Fact]
    public void Run_ADayWithTheWaitsOfProduction_TheConnectionIsReplacedBeforeItIsADayOld() => Run(Exchange.Binance, null, async (venue, worker, sink, time) =>
    {
        venue.Release();
        await time.PassAsync(TimeSpan.FromHours(22.4));
        Assert.Equal(1, worker.Status.Connects);
        await time.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(2, worker.Status.Connects);
        await time.PassAsync(TimeSpan.FromHours(1));
        venue.Hold();
        await time.PassAsync(Arriving);

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink).Order());
        Assert.Equal(2, worker.Status.Connects);
    }, trades: null, tick: TimeSpan.FromSeconds(30));

    private static IEnumerable<long> Ids(TestSink sink) => sink.TradesOf("AAA/USD").Select(trade => trade.TradeId).Distinct();

    /// <summary>Runs a worker on a virtual network; the script begins when it has subscribed and no trade was made.</summary>
    private static void Run(Exchange exchange, TimeSpan? rotateAfter, Func<SimulatedExchange, ConnectorWorker, TestSink, VirtualTime, Task> script, int? trades = Trades, TimeSpan? tick = null)
    {
        var time = new VirtualTime(new DateTimeOffset(2026, 1, 15, 9, 0, 0, TimeSpan.Zero));
        VirtualLoop.Run(time, async () =>
        {
            var venue = SimulatedExchange.StartVirtual(new SimulatedExchangeOptions
            {
                Exchange = exchange,
                Instruments = [new SimulatedInstrument("AAA", "AAA", 2, 4, 500_00, 1)],
                TradesPerSecond = trades is null ? 1 : TradesPerSecond,
                Tick = tick ?? TimeSpan.FromMilliseconds(20),
                MaxTrades = trades,
                HistoryTrades = 0,
                KeptTrades = int.MaxValue,
                StartHeld = true,
                Time = time,
            });
            var instrument = new Instrument(InstrumentId.Create(exchange, "AAA/USD"), "AAA", "AAA", "USD", 2, 4);
            var sink = new TestSink();
            var options = new ConnectorOptions { EndpointOverride = new Uri("ws://virtual/"), RotateAfter = rotateAfter, RotateRetry = TimeSpan.FromSeconds(1) };
            using var stop = new CancellationTokenSource();
            using var network = new VirtualNetwork(venue, time, 7);
            var worker = new ConnectorWorker(ExchangeAdapters.Of(exchange), new InstrumentTable([instrument]), [instrument], options, sink, null, TradeSource.Simulated, new Random(1), time, NullLogger.Instance, new VirtualSockets(network));
            var running = worker.RunAsync(stop.Token);
            try
            {
                await time.PassAsync(Subscribing);
                await script(venue, worker, sink, time);
            }
            finally
            {
                stop.CancelNow();
                await running;
                await venue.DisposeAsync();
                await network.EndAsync();
            }
        });
    }
}
