namespace K2.Domain.Trades;

/// <summary>What the taker of a trade did. The values are stored: they only grow.</summary>
public enum TakerSide : byte
{
    /// <summary>The source does not say.</summary>
    Unknown = 0,

    /// <summary>The taker bought: the seller's order was resting.</summary>
    Buy = 1,

    /// <summary>The taker sold: the buyer's order was resting.</summary>
    Sell = 2,
}
