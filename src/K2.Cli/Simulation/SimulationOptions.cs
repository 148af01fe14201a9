namespace K2.Cli.Simulation;

/// <summary>How exchanges are simulated.</summary>
internal sealed record SimulationOptions
{
    public required ulong Seed { get; init; }

    /// <summary>Over all exchanges.</summary>
    public required int TradesPerSecond { get; init; }

    /// <summary>Trades of each instrument that were made before the start.</summary>
    public int HistoryTrades { get; init; }

    /// <summary>The most trades of an instrument that are kept.</summary>
    public int KeptTrades { get; init; } = int.MaxValue;

    /// <summary>Whether trading begins when it is told to.</summary>
    public bool StartHeld { get; init; }

    /// <summary>The first of as many ports as there are exchanges, or 0 for free ones.</summary>
    public int FirstPort { get; init; }
}
