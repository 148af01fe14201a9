namespace K2.Simulator.Virtual;

/// <summary>
/// A clock that stands still until <see cref="TryAdvance"/> moves it to the next timer, and calls that. Timers due at the same moment are called in the order
/// in which they were set. For one thread.
/// </summary>
public sealed class VirtualTime : TimeProvider
{
    private readonly PriorityQueue<VirtualTimer, (long Due, long Order)> _timers = new();
    private readonly long _start;
    private long _now;
    private long _order;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">The moment that it shows at first.</param>
    public VirtualTime(DateTimeOffset start) => _start = _now = start.UtcTicks;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Time gone by since the start.</summary>
    public TimeSpan Elapsed => new(_now - _start);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(_now, TimeSpan.Zero);

    // Not 0 at the start: code that measures often takes 0 for "never".
    /// <inheritdoc/>
    public override long GetTimestamp() => _now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Ends when so much of this clock's time has passed; nobody waits for it by any other clock.</summary>
    public Task PassAsync(TimeSpan span) => Task.Delay(span, this);

    /// <summary>Moves the clock to the next timer and calls it; false if there is none.</summary>
    public bool TryAdvance()
    {
        while (_timers.TryDequeue(out var timer, out var at))
        {
            if (timer.Due != at) continue;
            _now = Math.Max(_now, at.Due);
            timer.Fire();
            return true;
        }

        return false;
    }

    private (long Due, long Order)? Enqueue(VirtualTimer timer, TimeSpan wait)
    {
        if (wait == Timeout.InfiniteTimeSpan) return null;
        var at = (_now + Math.Max(0, wait.Ticks), ++_order);
        _timers.Enqueue(timer, at);
        return at;
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;
        private bool _isDisposed;

        /// <summary>When it is due; null while it is not set.</summary>
        public (long Due, long Order)? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (_isDisposed) return false;
            _period = period;
            Due = time.Enqueue(this, dueTime);
            return true;
        }

        public void Fire()
        {
            Due = _period > TimeSpan.Zero ? time.Enqueue(this, _period) : null;
            callback(state);
        }

        public void Dispose()
        {
            _isDisposed = true;
            Due = null;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
