namespace K2.Domain.Trades;

/// <summary>Whether a record is one trade or several of one taker order at one price. The values are stored: they only grow.</summary>
public enum TradeKind : byte
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>One trade with the exchange's trade id.</summary>
    Single = 1,

    /// <summary>An aggregate with its own id space and the range of trade ids it stands for.</summary>
    Aggregate = 2,
}
