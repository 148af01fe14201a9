namespace K2.Cli.Bench;

/// <summary>What the kill harness runs.</summary>
internal sealed record KillBenchOptions
{
    /// <summary>The capture that is played.</summary>
    public required string Capture { get; init; }

    /// <summary>The capture that the runs of a seed play in its place, or null for the same one.</summary>
    public Func<int, string>? CaptureOf { get; init; }

    /// <summary>What the rows of a seed must also show, as one text for its line; null for nothing.</summary>
    public Func<StoredRows, (bool IsRight, string Text)>? Check { get; init; }

    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Number of seeds, from <see cref="FirstSeed"/>.</summary>
    public required int Seeds { get; init; }

    /// <summary>The first seed.</summary>
    public int FirstSeed { get; init; } = 1;

    /// <summary>Pace of the runs that are killed.</summary>
    public int Speed { get; init; } = 30;

    /// <summary>Every step must be hit this often; 0 leaves that unchecked (a short set of seeds cannot hit all).</summary>
    public int HitsPerStep { get; init; } = 3;

    /// <summary>Where the runs keep their data; emptied seed by seed.</summary>
    public required string Folder { get; init; }
}
