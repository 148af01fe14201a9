using K2.Domain;

namespace K2.Abstractions.Warehouse;

/// <summary>Exact sums over a range of one instrument.</summary>
/// <param name="Volume">Sum of quantities at the instrument's quantity scale.</param>
/// <param name="QuoteVolume">Sum of price × quantity at the sum of both scales.</param>
/// <param name="TradeCount">Number of trades.</param>
/// <param name="Windows">Stored windows with trades that were summed.</param>
/// <param name="NotComplete">Those of them that are not known to hold every trade.</param>
/// <param name="FirstTime">Exchange time of the first trade, or null without trades.</param>
/// <param name="LastTime">Exchange time of the last trade, or null without trades.</param>
public sealed record RangeTotals(Int128 Volume, Int128 QuoteVolume, long TradeCount, long Windows, long NotComplete, Timestamp? FirstTime, Timestamp? LastTime);
