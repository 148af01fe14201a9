using K2.Domain;

namespace K2.Exchanges.Connections;

/// <summary>
/// Says when the exchange's time has moved on far enough for a watermark. Depends on the order of trades only, not on clocks or batches, so
/// that the same messages always give the same log.
/// </summary>
internal sealed class WatermarkTracker(TimeSpan closeDelay, TimeSpan interval)
{
    private readonly long _delay = closeDelay.Ticks / TimeSpan.TicksPerMicrosecond;
    private readonly long _interval = interval.Ticks / TimeSpan.TicksPerMicrosecond;
    private long _newest = long.MinValue;
    private long _last = long.MinValue;
    private bool _isBehind;

    /// <summary>Takes the exchange time of a trade; true if a watermark is due behind it.</summary>
    public bool Advance(Timestamp exchangeTime, out Timestamp watermark)
    {
        watermark = default;
        _isBehind = true;
        if (exchangeTime.Microseconds <= _newest) return false;

        _newest = exchangeTime.Microseconds;
        if (_last != long.MinValue && _newest - _delay - _last < _interval) return false;
        return TryFinish(out watermark);
    }

    /// <summary>
    /// Returns the last watermark of the connection if trades came behind the one before, also where these were not newer: their candles are written
    /// when a watermark follows.
    /// </summary>
    public bool TryFinish(out Timestamp watermark)
    {
        watermark = default;
        if (!_isBehind) return false;

        _isBehind = false;
        _last = Math.Max(_last, _newest - _delay);
        watermark = new Timestamp(_last);
        return true;
    }
}
