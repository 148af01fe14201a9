namespace K2.Domain.Candles;

/// <summary>How much a candle book keeps in memory. All limits work on the log's own time, so that they never depend on the machine.</summary>
public sealed record CandleBookOptions
{
    /// <summary>
    /// How long behind the watermark a closed candle stays in memory. Default 5 minutes; at least zero. Shorter means that more late trades need a
    /// rebuild from the warehouse; longer means a larger checkpoint.
    /// </summary>
    public TimeSpan RetainClosed { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The most closed candles of one timeframe that stay in memory beyond <see cref="RetainClosed"/> because their completeness is unknown; the
    /// oldest leave first. Default 64; at least zero.
    /// </summary>
    public int MaxRetainedPerTimeframe { get; init; } = 64;

    /// <summary>
    /// The most runs of ids kept of one id epoch, and the most open gaps. Default 4,096; at least 1. Beyond it the oldest holes are forgotten:
    /// ids below them are looked up in the warehouse, and no window that begins before them can become complete any more.
    /// </summary>
    public int MaxIntervals { get; init; } = 4096;

    /// <summary>
    /// How long the warehouse keeps trades, by the data's clock. Default 30 days; at least one day. A trade of a day that ended before that is
    /// beyond the horizon. Days are taken whole, because the warehouse drops whole days: a window is never rebuilt from some of its trades.
    /// </summary>
    public TimeSpan SilverRetention { get; init; } = TimeSpan.FromDays(30);

    internal void Validate()
    {
        if (SilverRetention < TimeSpan.FromDays(1)) throw new ArgumentException($"{nameof(SilverRetention)} is {SilverRetention}, it must be at least one day");
        if (RetainClosed < TimeSpan.Zero) throw new ArgumentException($"{nameof(RetainClosed)} is {RetainClosed}, it must not be negative");
        if (MaxRetainedPerTimeframe < 0) throw new ArgumentException($"{nameof(MaxRetainedPerTimeframe)} is {MaxRetainedPerTimeframe}, it must not be negative");
        if (MaxIntervals < 1) throw new ArgumentException($"{nameof(MaxIntervals)} is {MaxIntervals}, it must be at least 1");
    }
}
