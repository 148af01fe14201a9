namespace K2.Cli.Bench.Cold;

/// <summary>What an <see cref="UnsteadyStore"/> does.</summary>
internal sealed record UnsteadyOptions
{
    /// <summary>The share of calls that go wrong.</summary>
    public double FaultRate { get; init; }

    /// <summary>The call at which <see cref="Fault"/> happens, from 1; 0 for none.</summary>
    public int AtCall { get; init; }

    /// <summary>What happens at that call.</summary>
    public UnsteadyFault Fault { get; init; } = UnsteadyFault.Kill;

    /// <summary>Whether it happens behind that call's effect.</summary>
    public bool After { get; init; }

    /// <summary>Is told of each fault as it happens.</summary>
    public Action? Happened { get; init; }

    /// <summary>What kills, beyond the exception.</summary>
    public Action? Killed { get; init; }

    /// <summary>How many conditional puts, from that call on, are answered that there is such an object already; the fault is none of its own then.</summary>
    public int Conflicts { get; init; }

    /// <summary>What becomes of such a put, by its key and by what would do it.</summary>
    public Func<string, Func<Task>, Task> ConflictAsync { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Whether the store is away now.</summary>
    public Func<bool> IsAway { get; init; } = () => false;

    /// <summary>How an exporter sleeps.</summary>
    public Func<Task> SleepAsync { get; init; } = () => Task.CompletedTask;
}
