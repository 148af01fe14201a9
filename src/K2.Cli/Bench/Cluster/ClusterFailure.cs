namespace K2.Cli.Bench.Cluster;

/// <summary>One failure that a cluster has to bear.</summary>
internal sealed record ClusterFailure
{
    /// <summary>What it is called on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What happens, for the table.</summary>
    public required string What { get; init; }

    /// <summary>Makes it happen.</summary>
    public required Func<CancellationToken, Task> Begin { get; init; }

    /// <summary>Ends it, where it does not end by itself.</summary>
    public Func<CancellationToken, Task>? End { get; init; }

    /// <summary>How long it lasts at least before it is ended.</summary>
    public TimeSpan Lasts { get; init; }

    /// <summary>Whether nothing can flow before it is ended; else the others must bring the flow back while it lasts.</summary>
    public bool Stops { get; init; }

    /// <summary>Why it cannot be tried here; empty if it can.</summary>
    public string Skipped { get; init; } = "";
}
