using System.Collections.Immutable;

namespace K2.Contracts.Retention;

/// <summary>What one run of the retention did.</summary>
[GenerateSerializer, Immutable, Alias("k2.RetentionReport")]
public sealed record RetentionReport
{
    /// <summary>When it ran, UTC, by the silo's clock.</summary>
    [Id(0)] public required DateTime At { get; init; }

    /// <summary>The tables.</summary>
    [Id(1)] public required ImmutableArray<TableRetention> Tables { get; init; }

    /// <summary>Why it could not run to its end, or empty.</summary>
    [Id(2)] public string Problem { get; init; } = "";
}
