using System.Text;
using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Simulator.Exchanges;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Connections;

/// <summary>Connections that are replaced before their end, on simulated exchanges, with nothing that could fetch what is missed.</summary>
public sealed class RotationTests
{
    private const int Trades = 1500;

    [Theory]
    [InlineData(Exchange.Binance)]
    [InlineData(Exchange.Kraken)]
    [InlineData(Exchange.Coinbase)]
    public async Task Run_ConnectionsReplacedAllTheTime_NoTradeIsMissing(Exchange exchange)
    {
        await using var venue = await StartAsync(exchange);
        var instrument = Instrument(exchange);
        var sink = new TestSink();
        await using var running = new Running(Worker(exchange, instrument, venue, sink, TimeSpan.FromMilliseconds(100)));
        await Subscribed(sink);
        venue.Release();
        await venue.Finished.WaitAsync(TestContext.Current.CancellationToken);
        await All(sink, instrument);
        await running.StopAsync();

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink, instrument).Order());
        Assert.True(running.Worker.Status.Connects >= 2, $"{running.Worker.Status.Connects} connections");
        Assert.Equal("", running.Worker.Status.LastError);
    }

    [Fact]
    public async Task Run_ShutdownAnnounced_TheNextConnectionIsUpBeforeTheOldOneEnds()
    {
        await using var venue = await StartAsync(Exchange.Binance);
        var instrument = Instrument(Exchange.Binance);
        var sink = new TestSink();
        await using var running = new Running(Worker(Exchange.Binance, instrument, venue, sink, null));
        await Subscribed(sink);
        venue.Release();
        await sink.Until(s => s.Trades > Trades / 3);

        venue.Announce();
        await venue.Finished.WaitAsync(TestContext.Current.CancellationToken);
        await All(sink, instrument);
        await running.StopAsync();

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink, instrument).Order());
        Assert.Equal(2, running.Worker.Status.Connects);
    }

    [Fact]
    public async Task Run_NoConnectionToTakeOver_TheOldOneGoesOn()
    {
        await using var venue = await StartAsync(Exchange.Binance);
        var instrument = Instrument(Exchange.Binance);
        var sink = new TestSink();
        await using var running = new Running(Worker(Exchange.Binance, instrument, venue, sink, TimeSpan.FromMilliseconds(50)));
        await Subscribed(sink);
        venue.Inject(FaultKind.RefuseConnections, 1, TimeSpan.FromHours(1));
        venue.Release();
        await All(sink, instrument);
        Assert.Equal(ConnectorState.Streaming, running.Worker.Status.State);
        await running.StopAsync();

        Assert.Equal(venue.Ledger.Trades.Select(trade => trade.TradeId), Ids(sink, instrument).Order());
    }

    /// <summary>Ends when every trade has come, on whichever connection.</summary>
    private static Task All(TestSink sink, Instrument instrument) => sink.Until(s => s.Trades >= Trades && Ids(s, instrument).Count() == Trades);

    private static IEnumerable<long> Ids(TestSink sink, Instrument instrument) => sink.TradesOf(instrument.Id.Symbol).Select(trade => trade.TradeId).Distinct();

    /// <summary>Ends with the exchange's answer to the subscription: from there on it sends every trade.</summary>
    private static Task Subscribed(TestSink sink) => sink.Until(s => s.Batches.SelectMany(batch => batch.Frames).Any(frame =>
        Encoding.UTF8.GetString(frame.Bytes.Span) is var text && (text.Contains("\"result\"", StringComparison.Ordinal) || text.Contains("\"subscriptions\"", StringComparison.Ordinal))));

    private static Task<SimulatedExchange> StartAsync(Exchange exchange) => SimulatedExchange.StartAsync(
        new SimulatedExchangeOptions { Exchange = exchange, Instruments = [new SimulatedInstrument("AAA", "AAA", 2, 4, 500_00, 1)], TradesPerSecond = 500, MaxTrades = Trades, HistoryTrades = 0, KeptTrades = int.MaxValue, EnforcesLimits = false, StartHeld = true },
        TestContext.Current.CancellationToken);

    private static Instrument Instrument(Exchange exchange) => new(InstrumentId.Create(exchange, "AAA/USD"), "AAA", "AAA", "USD", 2, 4);

    private static ConnectorWorker Worker(Exchange exchange, Instrument instrument, SimulatedExchange venue, TestSink sink, TimeSpan? rotateAfter)
    {
        var options = Some.Options(venue.WebSocketEndpoint) with { RotateAfter = rotateAfter, RotateOverlap = TimeSpan.FromSeconds(1), RotateRetry = TimeSpan.FromMilliseconds(50) };
        return new ConnectorWorker(ExchangeAdapters.Of(exchange), new InstrumentTable([instrument]), [instrument], options, sink, null, TradeSource.Simulated, new Random(1), TimeProvider.System, NullLogger.Instance);
    }
}
