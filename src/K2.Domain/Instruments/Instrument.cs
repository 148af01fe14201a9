using K2.Domain.Trades;

namespace K2.Domain.Instruments;

/// <summary>
/// What the instruments file says of one instrument: its names and the fixed scales at which its prices and quantities are kept.
/// </summary>
/// <param name="Id">Exchange and canonical symbol.</param>
/// <param name="NativeSymbol">The exchange's own name, for example <c>BTCUSDT</c>.</param>
/// <param name="BaseAsset">The traded asset, for example <c>BTC</c>.</param>
/// <param name="QuoteAsset">The asset prices are counted in, for example <c>USDT</c>.</param>
/// <param name="PriceScale">Decimal digits of a price mantissa, 0 to 18; a price with more digits is rejected, never rounded.</param>
/// <param name="QuantityScale">Decimal digits of a quantity mantissa, 0 to 18; the two scales sum to at most 18.</param>
/// <param name="TradeKind">Whether single or aggregate trades are taken; the two are never mixed for one symbol.</param>
public sealed record Instrument(
    InstrumentId Id,
    string NativeSymbol,
    string BaseAsset,
    string QuoteAsset,
    int PriceScale,
    int QuantityScale,
    TradeKind TradeKind = TradeKind.Single)
{
    /// <summary>The largest sum of the two scales: quote volume is stored as Decimal(38,18).</summary>
    public const int MaxScaleSum = 18;

    /// <summary>The name in the exchange's REST API, for example Kraken's <c>XBTUSD</c>; the native one unless the instruments file names another.</summary>
    public string RestSymbol { get; init; } = NativeSymbol;

    /// <summary>The name on an older WebSocket of the exchange, for example Kraken v1's <c>XBT/USD</c>; the native one unless the instruments file names another.</summary>
    public string LegacySymbol { get; init; } = NativeSymbol;
}
