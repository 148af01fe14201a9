using System.Collections.Immutable;

namespace K2.Contracts.Connectors;

/// <summary>What an exchange's connection does.</summary>
[GenerateSerializer, Immutable, Alias("k2.ConnectorStatus")]
public sealed record ConnectorStatus
{
    /// <summary>The exchange's name.</summary>
    [Id(0)] public required string Exchange { get; init; }

    /// <summary>idle, connecting, subscribing, streaming, waiting, paused or drained.</summary>
    [Id(1)] public required string State { get; init; }

    /// <summary>Symbols asked for.</summary>
    [Id(2)] public required ImmutableArray<string> Desired { get; init; }

    /// <summary>Symbols whose subscription the exchange confirmed.</summary>
    [Id(3)] public required ImmutableArray<string> Confirmed { get; init; }

    /// <summary>Why the last connection ended, or empty.</summary>
    [Id(4)] public required string LastError { get; init; }

    /// <summary>Connections made so far.</summary>
    [Id(5)] public required long Connects { get; init; }

    /// <summary>When the last frame was received, or null.</summary>
    [Id(6)] public required DateTime? LastFrame { get; init; }
}
