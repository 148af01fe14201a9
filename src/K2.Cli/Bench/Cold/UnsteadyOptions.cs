namespace K2.Cli.Bench.Cold;

/// <summary>What an <see cref="UnsteadyStore"/> does.</summary>
internal sealed record UnsteadyOptions
{
    /// <summary>The share of calls that go wrong.</summary>
    public double FaultRate { get; init; }

    /// <summary>The call at which the exporter is killed, from 1; 0 for none.</summary>
    public int KillAtCall { get; init; }

    /// <summary>Whether it is killed behind that call's effect.</summary>
    public bool KillAfter { get; init; }

    /// <summary>What kills, beyond the exception.</summary>
    public Action? Killed { get; init; }

    /// <summary>Whether the store is away now.</summary>
    public Func<bool> IsAway { get; init; } = () => false;

    /// <summary>How an exporter sleeps.</summary>
    public Func<Task> SleepAsync { get; init; } = () => Task.CompletedTask;
}
