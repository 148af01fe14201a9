using System.Collections.Immutable;

namespace K2.Contracts.Http;

/// <summary>What <c>GET /v1/summary/{symbol}/{date}</c> answers: one row for each exchange that has trades of the day.</summary>
public sealed record DaySummaryPage
{
    /// <summary>Summaries by exchange.</summary>
    public required ImmutableArray<DaySummary> Data { get; init; }
}
