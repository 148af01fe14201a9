namespace K2.Exchanges.Connections;

/// <summary>Waits between connections: exponential, half of it fixed and half jitter, so that limits on connections hold also on average; never shorter than the minimum.</summary>
internal sealed class Backoff(TimeSpan min, TimeSpan max, Random jitter)
{
    private const int MaxDoublings = 20;

    private int _failures;

    /// <summary>Starts again with short waits.</summary>
    public void Reset() => _failures = 0;

    /// <summary>Returns the next wait; not shorter than what the exchange asked for.</summary>
    public TimeSpan Next(TimeSpan? retryAfter)
    {
        var ceiling = Math.Min((double)max.Ticks, min.Ticks * Math.Pow(2, Math.Min(++_failures, MaxDoublings)));
        var floor = Math.Max((double)min.Ticks, ceiling / 2);
        var wait = TimeSpan.FromTicks((long)(floor + (jitter.NextDouble() * (ceiling - floor))));
        return retryAfter > wait ? retryAfter.Value : wait;
    }
}
