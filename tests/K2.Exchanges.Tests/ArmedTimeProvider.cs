using Microsoft.Extensions.Time.Testing;

namespace K2.Exchanges.Tests;

/// <summary>A fake clock that tells when code has armed a timer, so that a test moves the clock only then.</summary>
internal sealed class ArmedTimeProvider() : FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1723161254087))
{
    private readonly Lock _lock = new();
    private readonly List<(Func<TimeSpan, bool> Condition, TaskCompletionSource Armed)> _waits = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        lock (_lock)
        {
            foreach (var wait in _waits.Where(w => w.Condition(dueTime)).ToList())
            {
                _waits.Remove(wait);
                wait.Armed.SetResult();
            }
        }

        return timer;
    }

    /// <summary>Ends when the next timer with such a due time is armed. Call it before the action that leads to the timer.</summary>
    public Task WhenArmed(Func<TimeSpan, bool> dueTime)
    {
        lock (_lock)
        {
            var wait = (dueTime, Armed: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _waits.Add(wait);
            return wait.Armed.Task.WaitAsync(TimeSpan.FromSeconds(15));
        }
    }
}
