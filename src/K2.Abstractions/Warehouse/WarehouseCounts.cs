namespace K2.Abstractions.Warehouse;

/// <summary>How many rows the warehouse holds, each key counted once.</summary>
public sealed record WarehouseCounts(long Trades, long Candles, long RawFrames, long DeadLetters);
