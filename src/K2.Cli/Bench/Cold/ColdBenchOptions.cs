namespace K2.Cli.Bench.Cold;

/// <summary>How <see cref="ColdBench"/> runs.</summary>
internal sealed record ColdBenchOptions
{
    /// <summary>The folder for all files.</summary>
    public required string Folder { get; init; }

    /// <summary>The first seed.</summary>
    public int FirstSeed { get; init; } = 1;

    /// <summary>How many seeds.</summary>
    public required int Seeds { get; init; }

    /// <summary>Rounds of each seed: 3 or more.</summary>
    public int Rounds { get; init; } = 8;

    /// <summary>Processes that are killed in each seed.</summary>
    public int Kills { get; init; } = 3;

    /// <summary>The command line of this program, by which a process that is to be killed is started; null for none.</summary>
    public IReadOnlyList<string>? Program { get; init; }
}
