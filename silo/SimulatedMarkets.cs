using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.Simulator.Exchanges;

namespace K2.Silo;

/// <summary>The simulated exchanges of one silo: the same instruments as the real ones, on loopback. Their ids go on where the data folder ends.</summary>
internal sealed class SimulatedMarkets : IAsyncDisposable
{
    private const int KeptTrades = 20_000;
    private static readonly Dictionary<Exchange, int> TradesPerSecond = new() { [Exchange.Binance] = 30, [Exchange.Kraken] = 10, [Exchange.Coinbase] = 10 };

    private readonly List<SimulatedExchange> _exchanges = [];

    /// <summary>Where the exchanges are reached.</summary>
    public IReadOnlyDictionary<Exchange, ExchangeAddress> Addresses => _exchanges.ToDictionary(exchange => exchange.Exchange, exchange => new ExchangeAddress(exchange.WebSocketEndpoint, exchange.RestEndpoint));

    /// <summary>Starts the exchanges of the wanted instruments.</summary>
    /// <param name="wanted">The instruments, the most traded of each exchange first.</param>
    /// <param name="seed">Seed of prices and faults.</param>
    /// <param name="reader">Knows the last ids of the data folder.</param>
    /// <param name="lag">Records of the log that the warehouse lacks: no more trades than that can be unknown to it.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<SimulatedMarkets> StartAsync(IReadOnlyList<Instrument> wanted, int seed, IWarehouseReader reader, long lag, TimeProvider time, CancellationToken cancellationToken)
    {
        var markets = new SimulatedMarkets();
        try
        {
            foreach (var exchange in wanted.GroupBy(instrument => instrument.Id.Exchange)) await markets.AddAsync(exchange, seed, reader, lag, time, cancellationToken);
            return markets;
        }
        catch
        {
            await markets.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var exchange in _exchanges) await exchange.DisposeAsync();
    }

    private async Task AddAsync(IGrouping<Exchange, Instrument> exchange, int seed, IWarehouseReader reader, long lag, TimeProvider time, CancellationToken cancellationToken)
    {
        var instruments = new List<SimulatedInstrument>();
        foreach (var instrument in exchange) instruments.Add(SimulatedInstrument.Of(instrument, instruments.Count) with { FirstId = await NextIdAsync(instrument, reader, lag, cancellationToken) });
        _exchanges.Add(await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions { Exchange = exchange.Key, Instruments = instruments, Seed = (ulong)seed, TradesPerSecond = TradesPerSecond[exchange.Key], KeptTrades = KeptTrades, Time = time },
            cancellationToken));
    }

    private static async Task<long?> NextIdAsync(Instrument instrument, IWarehouseReader reader, long lag, CancellationToken cancellationToken)
    {
        if (await reader.ReadCheckpointAsync(instrument.Id, cancellationToken) is not { } checkpoint) return null;
        var seen = CandleBook.Deserialize(instrument, checkpoint.State.Span, new CandleBookOptions()).Seen;
        return seen.Count == 0 ? null : seen.HighestId + 1 + lag;
    }
}
