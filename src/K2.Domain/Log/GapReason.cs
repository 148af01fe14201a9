namespace K2.Domain.Log;

/// <summary>Why a gap will not be filled. The values are stored: they only grow.</summary>
public enum GapReason : byte
{
    /// <summary>The gap is not given up.</summary>
    None = 0,

    /// <summary>The exchange answered for the range, several times, without these ids.</summary>
    NotServed = 1,

    /// <summary>The gap holds more trades than are fetched without being asked; a backfill by hand fills it.</summary>
    TooLarge = 2,

    /// <summary>The exchange has restarted its ids since and no longer serves the old ones.</summary>
    IdsRestarted = 3,

    /// <summary>It lies between an imported file and the trades that are known, and nobody has asked for it; a backfill or another file fills it.</summary>
    NotRequested = 4,
}
