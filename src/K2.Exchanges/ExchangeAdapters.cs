using K2.Domain.Instruments;
using K2.Exchanges.Binance;
using K2.Exchanges.Coinbase;
using K2.Exchanges.Kraken;

namespace K2.Exchanges;

/// <summary>The adapters of all exchanges.</summary>
public static class ExchangeAdapters
{
    /// <summary>One for each exchange that this version has a connector for. They are stateless, so one serves everybody.</summary>
    public static IReadOnlyList<IExchangeAdapter> All { get; } = [new BinanceAdapter(), new KrakenAdapter(), new CoinbaseAdapter()];

    /// <summary>Returns an exchange's adapter.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IExchangeAdapter Of(Exchange exchange) =>
        All.FirstOrDefault(adapter => adapter.Exchange == exchange) ?? throw new ArgumentException($"this version has no connector for {exchange.ToName()}", nameof(exchange));
}
