using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.Simulator.Exchanges;

namespace K2.Silo;

/// <summary>The simulated exchanges of one silo: the same instruments as the real ones, on loopback. Their ids go on where the data folder ends.</summary>
internal sealed class SimulatedMarkets : IAsyncDisposable
{
    private const int PriceDecimals = 4;
    private const int QuantityDecimals = 8;
    private const int KeptTrades = 20_000;
    private static readonly Dictionary<Exchange, int> TradesPerSecond = new() { [Exchange.Binance] = 30, [Exchange.Kraken] = 10, [Exchange.Coinbase] = 10 };

    // Where prices were around the end of 2024, in units of the quote.
    private static readonly Dictionary<string, int> Prices = new(StringComparer.Ordinal)
    {
        ["BTC"] = 60_000,
        ["ETH"] = 2_600,
        ["BNB"] = 520,
        ["SOL"] = 150,
        ["LTC"] = 62,
        ["AVAX"] = 24,
        ["LINK"] = 10,
        ["DOT"] = 5,
        ["ATOM"] = 4,
    };

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
        foreach (var exchange in wanted.GroupBy(instrument => instrument.Id.Exchange))
        {
            var instruments = new List<SimulatedInstrument>();
            foreach (var instrument in exchange) instruments.Add(Simulated(instrument, instruments.Count, await NextIdAsync(instrument, reader, lag, cancellationToken)));
            markets._exchanges.Add(await SimulatedExchange.StartAsync(
                new SimulatedExchangeOptions { Exchange = exchange.Key, Instruments = instruments, Seed = (ulong)seed, TradesPerSecond = TradesPerSecond[exchange.Key], KeptTrades = KeptTrades, Time = time },
                cancellationToken));
        }

        return markets;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var exchange in _exchanges) await exchange.DisposeAsync();
    }

    private static SimulatedInstrument Simulated(Instrument instrument, int rank, long? firstId)
    {
        var decimals = Math.Min(PriceDecimals, instrument.PriceScale);
        long unit = 1;
        for (var i = 0; i < decimals; i++) unit *= 10;
        return new SimulatedInstrument(instrument.NativeSymbol, instrument.RestSymbol, decimals, Math.Min(QuantityDecimals, instrument.QuantityScale), Prices.GetValueOrDefault(instrument.BaseAsset, 1) * unit, Math.Max(1, 64 >> rank)) { FirstId = firstId };
    }

    private static async Task<long?> NextIdAsync(Instrument instrument, IWarehouseReader reader, long lag, CancellationToken cancellationToken)
    {
        if (await reader.ReadCheckpointAsync(instrument.Id, cancellationToken) is not { } checkpoint) return null;
        var seen = CandleBook.Deserialize(instrument, checkpoint.State.Span, new CandleBookOptions()).Seen;
        return seen.Count == 0 ? null : seen.HighestId + 1 + lag;
    }
}
