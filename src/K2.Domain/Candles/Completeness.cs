namespace K2.Domain.Candles;

/// <summary>Whether a candle is known to hold every trade of its window. The values are stored: they only grow.</summary>
public enum Completeness : byte
{
    /// <summary>Not yet known: nothing at or after the window's end is known to follow without a hole.</summary>
    Unknown = 0,

    /// <summary>Trades of the window are missing: a hole overlaps it, or the feed began inside it.</summary>
    No = 1,

    /// <summary>An id-contiguous run of trades (or a heartbeat on it) reaches from before the window's start to its end or beyond.</summary>
    Yes = 2,
}
