using K2.Domain;
using K2.Domain.Candles;

namespace K2.Abstractions.Warehouse;

/// <summary>Chooses the stored windows that a range is summed by.</summary>
public static class TotalsTimeframe
{
    /// <summary>Returns the longest timeframe that divides both bounds.</summary>
    /// <exception cref="ArgumentException">A bound is no whole minute.</exception>
    public static Timeframe Of(Timestamp from, Timestamp to)
    {
        foreach (var timeframe in Timeframes.All.Reverse())
        {
            if (timeframe.WindowStart(from) == from && timeframe.WindowStart(to) == to) return timeframe;
        }

        throw new ArgumentException($"{from} or {to} is no whole minute");
    }
}
