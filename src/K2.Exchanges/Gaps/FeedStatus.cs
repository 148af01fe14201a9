namespace K2.Exchanges.Gaps;

/// <summary>What was missing from an exchange's feed since its connector started, and what became of it.</summary>
/// <param name="OpenGaps">Gaps that are being filled now.</param>
/// <param name="Opened">Gaps that were found.</param>
/// <param name="Filled">Gaps that were filled.</param>
/// <param name="GivenUp">Gaps that the exchange does not serve.</param>
/// <param name="Backfilled">Trades that came by REST.</param>
/// <param name="Requests">REST requests made.</param>
/// <param name="LastError">Why the last request failed, or empty if it did not.</param>
public sealed record FeedStatus(int OpenGaps, long Opened, long Filled, long GivenUp, long Backfilled, long Requests, string LastError);
