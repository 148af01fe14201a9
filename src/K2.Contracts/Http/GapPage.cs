using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/gaps</c> answers.</summary>
public sealed record GapPage
{
    /// <summary>Gaps, newest first.</summary>
    public required ImmutableArray<GapView> Data { get; init; }
}
