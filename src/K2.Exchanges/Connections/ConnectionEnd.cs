namespace K2.Exchanges.Connections;

/// <summary>How a connection ended.</summary>
/// <param name="Reason">Why, for people.</param>
/// <param name="WasUseful">Whether every subscription had been answered and messages had come, so that the next wait is a short one.</param>
/// <param name="RetryAfter">How long the exchange asked to wait, if it did.</param>
internal sealed record ConnectionEnd(string Reason, bool WasUseful, TimeSpan? RetryAfter = null);
