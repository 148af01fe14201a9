using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>A part of the events of one instrument's candles.</summary>
/// <param name="Rows">Closings (revision 0) and revisions by (position, timeframe, window).</param>
/// <param name="UpTo">All events up to this position are in the rows or were asked not to be: the next question begins behind it.</param>
/// <param name="HasMore">Whether more of them are stored.</param>
public sealed record CandleEvents(IReadOnlyList<Candle> Rows, LogPosition UpTo, bool HasMore);
