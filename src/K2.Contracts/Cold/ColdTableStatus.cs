using System.Collections.Immutable;

namespace K2.Contracts.Cold;

/// <summary>What is known about a cold table.</summary>
[GenerateSerializer, Immutable, Alias("k2.ColdTableStatus")]
public sealed record ColdTableStatus
{
    /// <summary>The table.</summary>
    [Id(0)] public required string Table { get; init; }

    /// <summary>Where it is.</summary>
    [Id(1)] public required string Location { get; init; }

    /// <summary>The latest run of each kind of work since the grain was activated.</summary>
    [Id(2)] public required ImmutableArray<ColdRun> Runs { get; init; }

    /// <summary>What is wrong with it now, a sentence each; empty if nothing is.</summary>
    [Id(3)] public ImmutableArray<string> Problems { get; init; } = [];

    /// <summary>When the last good export ended, UTC; null if there was none since the grain was activated.</summary>
    [Id(4)] public DateTime? LastExport { get; init; }
}
