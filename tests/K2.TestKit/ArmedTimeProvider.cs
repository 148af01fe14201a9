using Microsoft.Extensions.Time.Testing;

namespace K2.TestKit;

/// <summary>A fake clock that tells when code has armed a timer, so that a test moves the clock only then. Thread-safe.</summary>
public sealed class ArmedTimeProvider() : FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1723161254087))
{
    private readonly Lock _lock = new();
    private readonly List<(Func<TimeSpan, bool> Condition, TaskCompletionSource<TimeSpan> Armed)> _waits = [];

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            foreach (var wait in _waits.Where(w => w.Condition(dueTime)).ToList())
            {
                _waits.Remove(wait);
                wait.Armed.SetResult(dueTime);
            }
        }

        return timer;
    }

    /// <summary>
    /// Ends when the next timer with such a due time is armed, and returns that time. Call it before the action that leads to the timer.
    /// </summary>
    /// <param name="dueTime">Says whether it is the timer that is waited for.</param>
    /// <exception cref="TimeoutException">15 s of real time have passed without it.</exception>
    public Task<TimeSpan> WhenArmed(Func<TimeSpan, bool> dueTime)
    {
        lock (_lock)
        {
            var wait = (dueTime, Armed: new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously));
            _waits.Add(wait);
            return wait.Armed.Task.WaitAsync(TimeSpan.FromSeconds(15));
        }
    }
}
