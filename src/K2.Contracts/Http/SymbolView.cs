using K2.Domain.Trades;

namespace K2.Contracts.Http;

/// <summary>A configured instrument.</summary>
public sealed record SymbolView
{
    /// <summary>Lower-case name of the exchange.</summary>
    public required string Exchange { get; init; }

    /// <summary>Canonical symbol, for example <c>BTC/USDT</c>; in URLs <c>BTC-USDT</c>.</summary>
    public required string Symbol { get; init; }

    /// <summary>The exchange's own name.</summary>
    public required string NativeSymbol { get; init; }

    /// <summary>The traded asset; quantities and volumes are counted in it.</summary>
    public required string BaseAsset { get; init; }

    /// <summary>The asset that prices and quote volumes are counted in.</summary>
    public required string QuoteAsset { get; init; }

    /// <summary>The most digits of a price behind the point.</summary>
    public required int PriceScale { get; init; }

    /// <summary>The most digits of a quantity behind the point.</summary>
    public required int QuantityScale { get; init; }

    /// <summary>Whether single or aggregate trades are taken.</summary>
    public required TradeKind TradeKind { get; init; }

    /// <summary>Whether a connector of this platform takes its trades now.</summary>
    public required bool Active { get; init; }
}
