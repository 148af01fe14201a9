namespace K2.Exchanges.Connections;

/// <summary>Waits between connections: exponential with full jitter, never shorter than the minimum.</summary>
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
        var wait = TimeSpan.FromTicks(min.Ticks + (long)(jitter.NextDouble() * (ceiling - min.Ticks)));
        return retryAfter > wait ? retryAfter.Value : wait;
    }
}
