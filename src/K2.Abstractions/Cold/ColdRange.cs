namespace K2.Abstractions.Cold;

/// <summary>The positions (<paramref name="From"/>, <paramref name="To"/>] of one part of the log.</summary>
/// <param name="Key">An instrument (<c>binance:BTC/USDT</c>) of a table of the trade log, or exchange and partition (<c>binance/0</c>) of a table of the raw log.</param>
/// <param name="From">The last position before it; null begins with what has no position of its own, which versions before positions were kept have left.</param>
/// <param name="To">Its last position.</param>
public sealed record ColdRange(string Key, long? From, long To);
