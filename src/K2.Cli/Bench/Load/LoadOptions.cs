namespace K2.Cli.Bench.Load;

/// <summary>What <c>k2 bench load</c> writes and asks.</summary>
internal sealed record LoadOptions
{
    /// <summary>The engine's folder.</summary>
    public required string Folder { get; init; }

    /// <summary>Trades over all symbols.</summary>
    public required long Trades { get; init; }

    /// <summary>Fixes every trade and the moments of the kills.</summary>
    public required int Seed { get; init; }

    /// <summary>How often the engine's process is killed during the load.</summary>
    public required int Kills { get; init; }

    /// <summary>How long the engine's process stands still halfway, so that the writer's queue fills.</summary>
    public TimeSpan Outage { get; init; }

    /// <summary>Whether the folder holds the trades already, so that only disk and queries are measured.</summary>
    public bool IsLoaded { get; init; }

    /// <summary>Runs of each query.</summary>
    public int Runs { get; init; } = 200;
}
