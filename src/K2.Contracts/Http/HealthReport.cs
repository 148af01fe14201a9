using System.Collections.Immutable;
using K2.Contracts.Connectors;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /health</c> answers.</summary>
public sealed record HealthReport
{
    /// <summary>The value of <see cref="Status"/> when every part works.</summary>
    public const string Ok = "ok";

    /// <summary>The value of <see cref="Status"/> when a part does not work.</summary>
    public const string Degraded = "degraded";

    /// <summary><see cref="Ok"/> or <see cref="Degraded"/>.</summary>
    public required string Status { get; init; }

    /// <summary>What does not work, one sentence each; empty when all is well.</summary>
    public required ImmutableArray<string> Problems { get; init; }

    /// <summary>The version of the process that answers.</summary>
    public string Version { get; init; } = "";

    /// <summary>The revision of the source it was built from; empty where the build did not know it.</summary>
    public string Commit { get; init; } = "";

    /// <summary>all, silo or api.</summary>
    public string Role { get; init; } = "";

    /// <summary>Whether the warehouse answers.</summary>
    public required bool Warehouse { get; init; }

    /// <summary>The connections to exchanges.</summary>
    public required ImmutableArray<ConnectorStatus> Connectors { get; init; }

    /// <summary>What passed each stage of the trade path since the process started, by the stage's name; empty where it takes no trades.</summary>
    public required ImmutableSortedDictionary<string, long> Counters { get; init; }
}
