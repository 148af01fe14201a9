namespace K2.Domain.Trades;

/// <summary>The ids seen of one id epoch.</summary>
internal readonly record struct IdEpochSet(ushort Epoch, TradeIdIntervals Ids);
