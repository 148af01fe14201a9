namespace K2.Contracts.Symbols;

/// <summary>What happened to a candle.</summary>
public enum CandleEventKind : byte
{
    /// <summary>Not set.</summary>
    Unknown = 0,

    /// <summary>Its window ended: revision 0.</summary>
    CandleClosed = 1,

    /// <summary>Its values changed after that.</summary>
    CandleRevised = 2,
}
