using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/live</c> answers.</summary>
public sealed record LivePage
{
    /// <summary>One snapshot for each instrument asked for.</summary>
    public required ImmutableArray<LiveSnapshot> Data { get; init; }
}
