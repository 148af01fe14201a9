namespace K2.Cli.Bench.Cluster;

/// <summary>What a churn run is to do.</summary>
internal sealed record ChurnOptions
{
    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Holds all data of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Length of the churn.</summary>
    public required double Minutes { get; init; }

    /// <summary>Fixes trades and changes.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Over all exchanges.</summary>
    public int TradesPerSecond { get; init; } = 2000;

    /// <summary>Seconds between two changes.</summary>
    public double SecondsBetween { get; init; } = 10;

    /// <summary>Another version's silo: the rolling restart then puts it in place of the first one, silo by silo, and back.</summary>
    public string? Other { get; init; }

    /// <summary>Addresses of real brokers, or null for the mock cluster.</summary>
    public string? Brokers { get; init; }
}
