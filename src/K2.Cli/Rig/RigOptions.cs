namespace K2.Cli.Rig;

/// <summary>What a rig is made of.</summary>
internal sealed record RigOptions
{
    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Holds all data of the run.</summary>
    public required string Folder { get; init; }

    /// <summary>Silos that run.</summary>
    public int Silos { get; init; } = 3;

    /// <summary>Whether each exchange has two connections in two silos.</summary>
    public bool Pairs { get; init; }

    /// <summary>Port of the API; 0 takes a free one.</summary>
    public int ApiPort { get; init; }

    /// <summary>Fixes the exchanges' trades but for their times.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Over all exchanges.</summary>
    public int TradesPerSecond { get; init; } = 500;

    /// <summary>The most trades of an instrument that an exchange keeps: what REST can still serve.</summary>
    public int KeptTrades { get; init; } = int.MaxValue;

    /// <summary>Minutes between two exports into the cold tables.</summary>
    public int ColdMinutes { get; init; } = 15;

    /// <summary>Addresses of real brokers, or null for the mock cluster.</summary>
    public string? Brokers { get; init; }

    /// <summary>The instruments file that silos and API are given, or null for the built-in one.</summary>
    public string? InstrumentsFile { get; init; }

    /// <summary>Where the silo with this index runs; an ordinary place unless told otherwise.</summary>
    public Func<int, RigPlace> Place { get; init; } = _ => new RigPlace();
}
