namespace K2.Domain.Candles;

/// <summary>A candle of any interval: a stored one, one made of several stored ones, or one that fills a window without trades.</summary>
/// <param name="Interval">The window's length and alignment.</param>
/// <param name="Values">Values by window start. Its timeframe is the stored one that it was made of, so take the end from here.</param>
/// <param name="Filled">Whether the window had no trades and the values repeat the price before it.</param>
public sealed record IntervalCandle(CandleInterval Interval, Candle Values, bool Filled = false)
{
    /// <summary>First moment of the window.</summary>
    public Timestamp WindowStart => Values.WindowStart;

    /// <summary>First moment after the window.</summary>
    public Timestamp WindowEnd => Interval.WindowEnd(Values.WindowStart);
}
