namespace K2.Exchanges.Gaps;

/// <summary>How far past trades of an instrument are there.</summary>
/// <param name="FirstId">The first id that was asked for.</param>
/// <param name="LastId">The last one, below what was known before.</param>
/// <param name="Known">How many of them are there.</param>
/// <param name="IsOpen">Whether more are being fetched; if not, what is missing is not served by the exchange.</param>
public sealed record HistoryProgress(long FirstId, long LastId, long Known, bool IsOpen)
{
    /// <summary>How many were asked for.</summary>
    public long Wanted => LastId - FirstId + 1;
}
