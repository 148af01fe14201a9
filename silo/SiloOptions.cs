using K2.Domain.Instruments;
using K2.Grains.Connectors;
using K2.Simulator.Replay;

namespace K2.Silo;

/// <summary>Where trades come from.</summary>
public enum SourceKind
{
    /// <summary>A seeded feed over the exchanges' real protocols on loopback.</summary>
    Simulated,

    /// <summary>The exchanges themselves.</summary>
    Live,

    /// <summary>Captures played again over the exchanges' real protocols on loopback.</summary>
    Replay,
}

/// <summary>What the silo was asked to do: the checked command line and environment.</summary>
public sealed record SiloOptions
{
    /// <summary>The default address of API and pages.</summary>
    public const string DefaultUrl = "http://127.0.0.1:8180";

    /// <summary>The default port of ClickHouse's HTTP protocol.</summary>
    public const int DefaultClickHousePort = 8123;

    /// <summary>What this process does.</summary>
    public required SiloRole Role { get; init; }

    /// <summary>The role's name as users write it.</summary>
    public string RoleName => Role.ToString().ToLowerInvariant();

    /// <summary>Where trades come from.</summary>
    public required SourceKind Source { get; init; }

    /// <summary>Capture files, in the order they are played.</summary>
    public required IReadOnlyList<string> Captures { get; init; }

    /// <summary>The captures' pace.</summary>
    public required ReplaySpeed Speed { get; init; }

    /// <summary>How often the captures are played, each time with shifted ids and times.</summary>
    public required int Repeat { get; init; }

    /// <summary>Whether the process ends when the source has.</summary>
    public required bool ExitAtEnd { get; init; }

    /// <summary>Exchanges to take. Of a replay one, or none until its captures were asked which they are of.</summary>
    public required IReadOnlyList<Exchange> Exchanges { get; init; }

    /// <summary>Those of <see cref="Exchanges"/> that the platform connects to. The others' trades are written into the log by other programs.</summary>
    public required IReadOnlyList<Exchange> Connected { get; init; }

    /// <summary>Canonical symbols to take, or empty for all of the instruments file.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>The data folder.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Address of API and pages.</summary>
    public required string Url { get; init; }

    /// <summary>Whether a running silo at <see cref="Url"/> is asked for its health instead of starting one.</summary>
    public bool HealthCheck { get; init; }

    /// <summary>Port of ClickHouse's HTTP protocol; 0 takes a free one.</summary>
    public required int ClickHousePort { get; init; }

    /// <summary>An instruments file, or null for the one that comes with the platform.</summary>
    public required string? InstrumentsFile { get; init; }

    /// <summary>Seed of the simulated feed and of all jitter.</summary>
    public required int Seed { get; init; }

    /// <summary>Where exchanges are reached instead of their own addresses or of the built-in simulation.</summary>
    public required IReadOnlyDictionary<Exchange, ExchangeAddress> Addresses { get; init; }
}
