namespace K2.Simulator.Exchanges;

/// <summary>What a simulated exchange has traded: the truth that a platform is measured by. Thread-safe.</summary>
public sealed class TradeLedger
{
    private readonly Market _market;

    internal TradeLedger(Market market) => _market = market;

    /// <summary>Returns all trades that are kept, history included, by instrument in the order they were made.</summary>
    public IReadOnlyList<LedgerTrade> Trades => _market.All();

    /// <summary>Trades made since the start, history left out.</summary>
    public long Made => _market.Made;
}
