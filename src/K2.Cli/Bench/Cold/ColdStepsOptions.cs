namespace K2.Cli.Bench.Cold;

/// <summary>How <see cref="ColdSteps"/> runs.</summary>
internal sealed record ColdStepsOptions
{
    /// <summary>The folder for all files.</summary>
    public required string Folder { get; init; }

    /// <summary>The command line of this program, by which the processes are started that are killed; null to kill exporters in this process by an exception.</summary>
    public IReadOnlyList<string>? Program { get; init; }

    /// <summary>Every how many calls one is disturbed: 1 for all.</summary>
    public int Every { get; init; } = 1;
}
