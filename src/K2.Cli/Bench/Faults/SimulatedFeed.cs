using K2.Abstractions.Warehouse;
using K2.Cli.Bench.Soak;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges;
using K2.Exchanges.Gaps;
using K2.Exchanges.Rest;
using K2.Simulator.Exchanges;
using K2.Warehouse;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Cli.Bench.Faults;

/// <summary>A simulated exchange with the platform's whole intake before it: worker, gaps, backfill, candle books. Begins with the exchange's history known.</summary>
internal sealed class SimulatedFeed : IDisposable
{
    private static readonly (string Base, long Price, int Weight)[] Assets = [("BTC", 60_000_00, 60), ("ETH", 2_600_00, 30), ("SOL", 150_00, 9), ("ADA", 35, 1)];
    private static readonly TimeSpan LongestFinding = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly SimulatedExchange _exchange;
    private readonly FeedNetwork _network;
    private readonly FeedWorld _world;
    private readonly FeedKeeper _keeper;
    private readonly Backfiller _backfiller;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly IReadOnlyList<Instrument> _instruments;

    private SimulatedFeed(SimulatedExchange exchange, IReadOnlyList<Instrument> instruments, BookSink sink, FeedWorld world, ulong seed)
    {
        _exchange = exchange;
        _world = world;
        _instruments = instruments;
        Sink = sink;
        _network = world.Reach(exchange, seed);
        _keeper = new FeedKeeper(instruments.Select(instrument => (instrument, (FeedStart?)new FeedStart(Sink.Start(instrument.Id).IdEpoch, Sink.Start(instrument.Id).Seen, []))), Sink);
        var adapter = ExchangeAdapters.Of(exchange.Exchange);
        var pace = world.Pace;
        var rest = new RestApi(exchange.Exchange, adapter.History.BaseAddress, adapter.History.Budget, pace.Backfill.Rest with { EndpointOverride = _network.Rest }, _network.Http, world.Time, NullLogger.Instance);
        _backfiller = new Backfiller(exchange.Exchange, adapter.History, _keeper, rest, pace.Backfill, world.Time, NullLogger.Instance);
        Worker = new ConnectorWorker(
            adapter, new InstrumentTable(instruments), instruments, pace.Connector with { EndpointOverride = _network.Socket }, _keeper, null, TradeSource.Simulated, new Random((int)(seed % int.MaxValue)), world.Time, NullLogger.Instance, _network.Sockets);
        _running = Task.WhenAll(Worker.RunAsync(_stop.Token), _backfiller.RunAsync(_stop.Token));
    }

    public BookSink Sink { get; }

    public ConnectorWorker Worker { get; }

    public FeedStatus Feed => _backfiller.Status;

    public SimulatedExchange Venue => _exchange;

    public static async Task<SimulatedFeed> StartAsync(
        Exchange exchange, ulong seed, long? maxTrades, IReadOnlyList<ScriptedFault> faults, FeedWorld world, IWarehouseWriter? writer, CancellationToken cancellationToken)
    {
        var simulated = Assets.Select(asset => Simulated(exchange, asset)).ToList();
        var server = await world.StartAsync(
            new SimulatedExchangeOptions { Exchange = exchange, Instruments = simulated, Seed = seed, TradesPerSecond = world.TradesPerSecond, MaxTrades = maxTrades, HistoryTrades = 1, KeptTrades = int.MaxValue, EnforcesLimits = false, Faults = faults, HeartbeatInterval = world.Pace.Heartbeats, Time = world.Time },
            cancellationToken);
        var quote = exchange == Exchange.Binance ? "USDT" : "USD";
        var instruments = Assets.Select(asset => new Instrument(InstrumentId.Create(exchange, $"{asset.Base}{seed}/{quote}"), Native(exchange, asset.Base), asset.Base, quote, 2, 8) { RestSymbol = Rest(exchange, asset.Base) }).ToList();

        // The first trade of each instrument but the last was made before the start.
        var sink = new BookSink(instruments, writer, world, seed);
        foreach (var instrument in instruments.SkipLast(1))
            sink.Apply(instrument.Id, server.Ledger.Trades.Where(trade => trade.Native == instrument.NativeSymbol).Take(1).Select(trade => LogRecord.OfTrade(trade.ToTrade())));
        return new SimulatedFeed(server, instruments, sink, world, seed);
    }

    /// <summary>Ends when every trade of the exchange has arrived, or after too long; the comparison then says which.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; !IsSettled && waited < _world.Settling; waited += Look) await Task.Delay(Look, _world.Time, cancellationToken);
    }

    private bool IsSettled => Sink.Count == _exchange.Ledger.Trades.Count && _instruments.All(instrument => Sink.Gaps(instrument.Id).Count == 0);

    /// <summary>Stops intake and exchange.</summary>
    public async Task StopAsync()
    {
        Stop();
        await _running;
        await _exchange.DisposeAsync();
        await _network.EndAsync();
    }

    /// <summary>Writes the last candles and returns what differs from the ledger in ClickHouse, one line each; empty if nothing does.</summary>
    public async Task<IReadOnlyList<string>> CompareAsync(WarehouseHost warehouse, CancellationToken cancellationToken)
    {
        await Sink.FinishAsync();
        var lines = new List<string>();
        for (var i = 0; i < _instruments.Count; i++)
        {
            var instrument = _instruments[i];
            var (differences, _) = await LedgerComparison.InstrumentAsync(warehouse, instrument, Simulated(_exchange.Exchange, Assets[i]), _exchange.Ledger.Trades.Where(trade => trade.Native == instrument.NativeSymbol), cancellationToken);
            lines.AddRange(differences);
            foreach (var gap in await LedgerComparison.RowsAsync(warehouse, $"SELECT first_missing_id, last_missing_id, cause, state FROM k2.feed_gaps WHERE exchange = '{instrument.Id.Exchange.ToName()}' AND canonical_symbol = '{instrument.Id.Symbol}' AND state != 'filled' FORMAT TSV", cancellationToken))
                lines.Add($"{instrument.Id}: a gap stays: {gap}");
        }

        if (Sink.SlowestFinding > LongestFinding) lines.Add($"{_exchange.Exchange.ToName()}: a gap was recorded {Sink.SlowestFinding} after what showed it");
        if (Sink.Conflicts > 0) lines.Add($"{_exchange.Exchange.ToName()}: {Sink.Conflicts} conflicts");
        return lines;
    }

    public void Dispose()
    {
        _network.Http.Dispose();
        _stop.Dispose();
    }

    // Here and now: the thread pool's order would not be the same each time.
    private void Stop() => _stop.Cancel();

    private static SimulatedInstrument Simulated(Exchange exchange, (string Base, long Price, int Weight) asset) =>
        new(Native(exchange, asset.Base), Rest(exchange, asset.Base), 2, 8, asset.Price, asset.Weight) { FirstId = asset == Assets[^1] ? 1 : null };

    private static string Native(Exchange exchange, string asset) => exchange switch
    {
        Exchange.Binance => asset + "USDT",
        Exchange.Kraken => asset + "/USD",
        _ => asset + "-USD",
    };

    private static string Rest(Exchange exchange, string asset) => exchange == Exchange.Kraken ? (asset == "BTC" ? "XBT" : asset) + "USD" : Native(exchange, asset);
}
