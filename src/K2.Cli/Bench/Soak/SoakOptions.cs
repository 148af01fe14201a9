namespace K2.Cli.Bench.Soak;

/// <summary>What a run with real processes under load is to do.</summary>
internal sealed record SoakOptions
{
    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Holds the silo's data.</summary>
    public required string Folder { get; init; }

    public required int Seed { get; init; }

    /// <summary>Length of the load.</summary>
    public double Minutes { get; init; } = 15;

    /// <summary>Over all exchanges.</summary>
    public int TradesPerSecond { get; init; } = 2000;

    /// <summary>Seconds from one fault to the next.</summary>
    public int FaultSeconds { get; init; } = 10;

    /// <summary>Shortens the waits of an outage run, for tests: 1 is the full length.</summary>
    public double Scale { get; init; } = 1;
}
