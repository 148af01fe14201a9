using K2.Domain.Candles;
using K2.Domain.Trades;

namespace K2.Exchanges.Gaps;

/// <summary>What is known of an instrument's trades before its connector starts, from the last durable checkpoint.</summary>
/// <param name="IdEpoch">The id epoch in force.</param>
/// <param name="Seen">The ids seen in that epoch; the tracker takes it over.</param>
/// <param name="Gaps">Gaps that are open or given up.</param>
public sealed record FeedStart(ushort IdEpoch, TradeIdIntervals Seen, IReadOnlyList<FeedGap> Gaps);
