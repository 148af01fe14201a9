using System.Collections.Immutable;
using K2.Contracts.Connectors;
using K2.Contracts.Hosting;
using K2.Contracts.Retention;
using K2.Contracts.Symbols;
using K2.Contracts.Verification;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/status</c> answers.</summary>
public sealed record PlatformStatus
{
    /// <summary>simulated, live or replay.</summary>
    public required string Source { get; init; }

    /// <summary>The version of the process that answers.</summary>
    public required string Version { get; init; }

    /// <summary>The revision of the source it was built from; empty where the build did not know it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>all, silo or api.</summary>
    public string Role { get; init; } = "all";

    /// <summary>The silos of the cluster with their builds; empty where none answers.</summary>
    public ImmutableArray<SiloMember> Silos { get; init; } = [];

    /// <summary>When the process started, UTC.</summary>
    public required DateTime Started { get; init; }

    /// <summary>The process's clock when the answer was made, UTC.</summary>
    public required DateTime Now { get; init; }

    /// <summary>Records of all trade topics that are in the log and not yet durable in the warehouse; null where that is not known.</summary>
    public required long? LagRecords { get; init; }

    /// <summary>What passed each stage of the trade path since the process started, by the stage's name; empty where it takes no trades.</summary>
    public required ImmutableSortedDictionary<string, long> Counters { get; init; }

    /// <summary>The connections to exchanges.</summary>
    public required ImmutableArray<ConnectorStatus> Connectors { get; init; }

    /// <summary>What the active symbols' grains have durably done.</summary>
    public required ImmutableArray<SymbolStatus> Symbols { get; init; }

    /// <summary>The latest comparison of each symbol's candles with the exchange's own, since the silo started.</summary>
    public ImmutableArray<SymbolVerification> Verifications { get; init; } = [];

    /// <summary>What the latest run of the retention did, or null before the first.</summary>
    public RetentionReport? Retention { get; init; }

    /// <summary>What is wrong with the cold tables, a sentence each that names them; empty if nothing is.</summary>
    public ImmutableArray<string> ColdProblems { get; init; } = [];
}
