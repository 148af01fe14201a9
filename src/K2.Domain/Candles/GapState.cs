namespace K2.Domain.Candles;

/// <summary>What became of a gap. The values are stored: they only grow.</summary>
public enum GapState : byte
{
    /// <summary>Not set; never stored.</summary>
    Unknown = 0,

    /// <summary>Trades are missing and may still be filled.</summary>
    Open = 1,

    /// <summary>Every missing trade was found.</summary>
    Filled = 2,

    /// <summary>The exchange does not serve what is missing.</summary>
    Unfillable = 3,
}
