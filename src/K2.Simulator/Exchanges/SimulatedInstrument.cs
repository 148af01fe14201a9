using K2.Domain.Instruments;

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
    private const int MostPriceDecimals = 4;
    private const int MostQuantityDecimals = 8;
    private const int MostWeight = 64;

    // Price times quantity has at most eight digits behind the point for nearly all of Binance's symbols.
    private const int MostDecimalsOfBinance = 8;

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

    /// <summary>The traded asset; unless it is said, what stands before the stroke of the name on the WebSocket, or all of that.</summary>
    public string Base { get; init; } = Native.Split('/', '-')[0];

    /// <summary>The asset that prices are counted in; unless it is said, what stands behind the stroke of the name on the WebSocket, or USD.</summary>
    public string Quote { get; init; } = Native.Split('/', '-') is [_, var quote] ? quote : "USD";

    /// <summary>Whether the exchange says that it is not traded now.</summary>
    public bool IsHalted { get; init; }

    /// <summary>First id, to go on where an earlier exchange of the same data ended, then without history; null takes one from the seed.</summary>
    public long? FirstId { get; init; }

    /// <summary>Returns a real instrument as it is simulated: a plausible price, and half as many trades as the one before it.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="rank">Its place among the exchange's, 0 for the most traded.</param>
    public static SimulatedInstrument Of(Instrument instrument, int rank)
    {
        var decimals = Math.Min(MostPriceDecimals, instrument.PriceScale);
        long unit = 1;
        for (var i = 0; i < decimals; i++) unit *= 10;
        return new SimulatedInstrument(
            instrument.NativeSymbol,
            instrument.RestSymbol,
            decimals,
            Math.Min(instrument.Id.Exchange == Exchange.Binance ? MostDecimalsOfBinance - decimals : MostQuantityDecimals, instrument.QuantityScale),
            Prices.GetValueOrDefault(instrument.BaseAsset, 1) * unit,
            Math.Max(1, MostWeight >> Math.Min(rank, 30)))
        {
            Base = instrument.BaseAsset,
            Quote = instrument.QuoteAsset,
        };
    }
}
