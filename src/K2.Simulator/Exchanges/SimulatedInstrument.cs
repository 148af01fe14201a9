namespace K2.Simulator.Exchanges;

/// <summary>One instrument of a simulated exchange.</summary>
/// <param name="Native">Its name on the WebSocket.</param>
/// <param name="Rest">Its name in the REST API.</param>
/// <param name="PriceDecimals">Digits of a price behind the point, 0 to 8; the last one is the tick.</param>
/// <param name="QuantityDecimals">Digits of a quantity behind the point, 0 to 8.</param>
/// <param name="StartPrice">First price as a whole number of ticks.</param>
/// <param name="Weight">Share of the exchange's trades, at least 1.</param>
public sealed record SimulatedInstrument(string Native, string Rest, int PriceDecimals, int QuantityDecimals, long StartPrice, int Weight)
{
    /// <summary>First id, to go on where an earlier exchange of the same data ended, then without history; null takes one from the seed.</summary>
    public long? FirstId { get; init; }
}
