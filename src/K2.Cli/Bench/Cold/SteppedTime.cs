namespace K2.Cli.Bench.Cold;

/// <summary>A clock that stands apart from the machine's and jumps; pauses last a hundredth.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private const int Faster = 100;
    private long _offsetTicks;

    public void Jump(TimeSpan by) => Interlocked.Add(ref _offsetTicks, by.Ticks);

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offsetTicks));

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period));

    // The limit of a run is no pause.
    private static TimeSpan Shorter(TimeSpan time) => time > TimeSpan.Zero && time < TimeSpan.FromMinutes(1) ? time / Faster : time;
}
