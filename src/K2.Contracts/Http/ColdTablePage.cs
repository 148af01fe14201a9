using K2.Contracts.Cold;

namespace K2.Contracts.Http;

/// <summary>The cold tables as <c>GET /v1/cold</c> answers them.</summary>
public sealed record ColdTablePage
{
    /// <summary>The tables.</summary>
    public required IReadOnlyList<ColdTableStatus> Data { get; init; }
}
