namespace K2.Domain.Candles;

/// <summary>How much a candle book keeps in memory. All limits work on the log's own time, so that they never depend on the machine.</summary>
public sealed record CandleBookOptions
{
    /// <summary>How long behind the watermark a closed candle stays in memory. Default 5 minutes; at least zero. Shorter means more rebuilds for late trades.</summary>
    public TimeSpan RetainClosed { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The most closed candles of one timeframe that stay in memory while their completeness is unknown. Default 64; at least 1.</summary>
    public int MaxRetainedPerTimeframe { get; init; } = 64;

    /// <summary>The most id intervals that are kept; beyond it the oldest holes are forgotten and ids in them are looked up. Default 4,096; at least 2.</summary>
    public int MaxIntervals { get; init; } = 4096;
}
