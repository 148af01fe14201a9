namespace K2.Cli.Bench.Chaos;

/// <summary>What a chaos run is to do.</summary>
internal sealed record ChaosOptions
{
    /// <summary>The silo's assembly.</summary>
    public required string Silo { get; init; }

    /// <summary>Holds all data of the run.</summary>
    public required string Folder { get; init; }

    public required int Seed { get; init; }

    /// <summary>Length of the load over all phases.</summary>
    public required double Minutes { get; init; }

    /// <summary>Trades written into Kafka by the harness each second, while the silos keep up.</summary>
    public int TradesPerSecond { get; init; } = 3000;

    /// <summary>Trades of the simulated exchanges each second, over sockets.</summary>
    public int ExchangeTradesPerSecond { get; init; } = 300;

    /// <summary>Between two disruptions, on average; every third follows at once.</summary>
    public double SecondsBetween { get; init; } = 4;

    /// <summary>A mistake switched on in the silos that the run must find, or none.</summary>
    public string Fault { get; init; } = "";

    /// <summary>What the run must reach to pass.</summary>
    public int LeastDisruptions { get; init; }

    /// <summary>What the run must reach to pass.</summary>
    public long LeastTrades { get; init; }

    /// <summary>The phases to run.</summary>
    public IReadOnlyList<ChaosPhase> Phases { get; init; } = ChaosPhase.All;
}
