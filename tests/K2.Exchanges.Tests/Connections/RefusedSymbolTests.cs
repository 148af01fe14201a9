using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Coinbase;
using K2.Exchanges.Kraken;
using K2.Simulator.Exchanges;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Connections;

public sealed class RefusedSymbolTests
{
    [Theory]
    [InlineData(Exchange.Kraken)]
    [InlineData(Exchange.Coinbase)]
    public async Task Run_OneSymbolIsDelisted_TheOthersStreamOnTheSameConnection(Exchange kind)
    {
        string[] assets = ["AAA", "GONE", "BBB", "CCC"];
        await using var exchange = await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions { Exchange = kind, Instruments = [.. assets.Where(asset => asset != "GONE").Select(asset => new SimulatedInstrument(Native(kind, asset), Native(kind, asset), 2, 8, 10_000, 1))], TradesPerSecond = 500 },
            TestContext.Current.CancellationToken);
        var instruments = assets.Select(asset => new Instrument(InstrumentId.Create(kind, asset + "/USD"), Native(kind, asset), asset, "USD", 2, 8)).ToList();
        var sink = new TestSink();
        IExchangeAdapter adapter = kind == Exchange.Kraken ? new KrakenAdapter() : new CoinbaseAdapter();
        await using var running = new Running(new ConnectorWorker(
            adapter, new InstrumentTable(instruments), instruments, Some.Options(exchange.WebSocketEndpoint), sink, null, TradeSource.Live, new Random(1), TimeProvider.System, NullLogger.Instance));

        await sink.Until(s => new[] { "AAA/USD", "BBB/USD", "CCC/USD" }.All(symbol => s.TradesOf(symbol).Any(trade => trade.Source == TradeSource.Live)) && running.Worker.Status.State == ConnectorState.Streaming);

        var status = running.Worker.Status;
        Assert.Equal(["GONE/USD"], status.Refused.Keys.Select(id => id.Symbol));
        Assert.Equal((3, 1L), (status.Confirmed.Length, status.Connects));
    }

    private static string Native(Exchange kind, string asset) => asset + (kind == Exchange.Kraken ? "/USD" : "-USD");
}
