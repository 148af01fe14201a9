using K2.Domain;

namespace K2.Exchanges;

/// <summary>Past trades to be read, by id. A page may go beyond it on either side.</summary>
/// <param name="FromId">First wanted id, or 0 where only the time is known.</param>
/// <param name="ToId">Last wanted id; <see cref="long.MaxValue"/> reads up to the newest trade.</param>
/// <param name="FromTime">No wanted trade happened before this moment; for exchanges that page by time.</param>
public sealed record HistoryRange(long FromId, long ToId, Timestamp FromTime);
