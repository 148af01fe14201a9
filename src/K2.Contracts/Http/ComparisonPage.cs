using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/compare/{interval}</c> answers.</summary>
public sealed record ComparisonPage
{
    /// <summary>Windows in the order asked for.</summary>
    public required ImmutableArray<ComparisonView> Data { get; init; }
}
