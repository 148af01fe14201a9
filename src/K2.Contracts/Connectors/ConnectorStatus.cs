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

    /// <summary>Symbols that the exchange refused, does not know or does not trade now, or trades more finely than the instruments file allows, each with the words for it.</summary>
    [Id(7)] public ImmutableDictionary<string, string> Refused { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Gaps that are being filled now.</summary>
    [Id(8)] public int OpenGaps { get; init; }

    /// <summary>Gaps found since the connection was started.</summary>
    [Id(9)] public long GapsFound { get; init; }

    /// <summary>Gaps filled since the connection was started.</summary>
    [Id(10)] public long GapsFilled { get; init; }

    /// <summary>Gaps that the exchange does not serve.</summary>
    [Id(11)] public long GapsUnfillable { get; init; }

    /// <summary>Trades that came by REST.</summary>
    [Id(12)] public long Backfilled { get; init; }

    /// <summary>Why the last REST request failed, or empty if it did not.</summary>
    [Id(13)] public string BackfillError { get; init; } = "";

    /// <summary>Records of the exchange's trade topic that are in the log and not yet durable in the warehouse.</summary>
    [Id(14)] public long LagRecords { get; init; }

    /// <summary>What the second connection of a pair does, as <see cref="State"/>; <c>away</c> where its silo does not answer, empty where there are no pairs.</summary>
    [Id(15)] public string Second { get; init; } = "";
}
