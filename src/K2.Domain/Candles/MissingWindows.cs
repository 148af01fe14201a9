namespace K2.Domain.Candles;

/// <summary>
/// Names windows that may have left memory: such that ended at or before the horizon, behind which alone windows leave, and that are neither in
/// memory nor known to be empty.
/// </summary>
internal readonly ref struct MissingWindows(CandleSeries[] series, HashSet<CandleWindow> knownEmpty, Timestamp horizon, ICollection<CandleWindow> missing)
{
    /// <summary>
    /// The most windows of one timeframe that one gap record asks to have rebuilt: a week of minutes. Older ones keep the completeness they have.
    /// </summary>
    public const int MaxGapWindows = 10_080;

    /// <summary>Names the windows that hold a moment.</summary>
    public void At(Timestamp time)
    {
        if (time >= horizon) return;
        foreach (var one in series) Add(one, one.Timeframe.WindowStart(time));
    }

    /// <summary>Names the windows that a gap overlaps, the newest ones if there are too many.</summary>
    public void Overlapping(FeedGap gap)
    {
        foreach (var one in series)
        {
            var length = one.Timeframe.LengthMicroseconds();
            var start = one.Timeframe.WindowStart(gap.Until < horizon ? gap.Until : horizon);
            for (var n = 0; n < MaxGapWindows && start.Microseconds > gap.From.Microseconds - length; n++, start = new(start.Microseconds - length))
            {
                if (gap.Overlaps(start, new(start.Microseconds + length))) Add(one, start);
            }
        }
    }

    private void Add(CandleSeries one, Timestamp start)
    {
        if (start.Microseconds + one.Timeframe.LengthMicroseconds() > horizon.Microseconds || one.Find(start) is not null) return;
        var window = new CandleWindow(one.Timeframe, start);
        if (!knownEmpty.Contains(window) && !missing.Contains(window)) missing.Add(window);
    }
}
