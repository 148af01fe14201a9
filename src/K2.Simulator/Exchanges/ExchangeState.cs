using K2.Domain.Instruments;

namespace K2.Simulator.Exchanges;

/// <summary>What the parts of a simulated exchange share. Its connections, their state and the faults belong to whoever holds <see cref="Gate"/>.</summary>
internal sealed class ExchangeState
{
    /// <exception cref="ArgumentException">The options name no instrument, or an exchange that is not simulated.</exception>
    public ExchangeState(SimulatedExchangeOptions options)
    {
        if (options.Instruments.Count == 0) throw new ArgumentException("an exchange needs an instrument", nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.TradesPerSecond, 1);
        Options = options;
        Market = new Market(options);
        Faults = new FaultState(options.Time);
        Protocol = options.Exchange switch
        {
            Exchange.Binance => new BinanceProtocol(Market, options.Time),
            Exchange.Kraken => new KrakenProtocol(Market, options.Time),
            Exchange.Coinbase => new CoinbaseProtocol(Market, options.Time),
            _ => throw new ArgumentException($"{options.Exchange} is not simulated", nameof(options)),
        };
    }

    public Lock Gate { get; } = new();

    public SimulatedExchangeOptions Options { get; }

    public Market Market { get; }

    public ExchangeProtocol Protocol { get; }

    public FaultState Faults { get; }

    /// <summary>The clients, in the order in which they came.</summary>
    public List<SimulatedConnection> Connections { get; } = [];
}
