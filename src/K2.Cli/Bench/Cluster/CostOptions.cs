namespace K2.Cli.Bench.Cluster;

/// <summary>What is to be measured.</summary>
internal sealed record CostOptions
{
    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Holds all data of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Length of each measurement.</summary>
    public required double Minutes { get; init; }

    /// <summary>Offered over all exchanges.</summary>
    public required IReadOnlyList<int> TradesPerSecond { get; init; }

    /// <summary>Instruments over all exchanges.</summary>
    public required IReadOnlyList<int> Symbols { get; init; }

    /// <summary>Silos of the cluster.</summary>
    public required IReadOnlyList<int> Silos { get; init; }

    /// <summary>The compose file whose limits the table names.</summary>
    public required string ComposeFile { get; init; }

    /// <summary>Fixes the exchanges' trades but for their times.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Addresses of real brokers, or null for the mock cluster.</summary>
    public string? Brokers { get; init; }
}
