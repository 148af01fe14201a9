namespace K2.Cli.Bench.Cluster;

/// <summary>What a run of failures is to do.</summary>
internal sealed record FailureOptions
{
    /// <summary>Whether each exchange has two connections in two silos.</summary>
    public bool Pairs { get; init; }

    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Holds all data of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Fixes the exchanges' trades but for their times.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Over all exchanges.</summary>
    public int TradesPerSecond { get; init; } = 500;

    /// <summary>Share of the lengths that failures last, and of the quiet that is waited for: 1, or less for a short look.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Names of the failures to make; empty for all.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Addresses of real brokers, or null for the mock cluster.</summary>
    public string? Brokers { get; init; }
}
