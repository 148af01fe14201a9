using System.Collections.Immutable;

namespace K2.Contracts.Symbols;

/// <summary>
/// The events of an instrument in (After, UpTo], all of them. A consumer that has all up to a version at or above <see cref="After"/> can take them and
/// has all up to <see cref="UpTo"/>; another one asks <see cref="ISymbolGrain.GetCandleEvents"/> for what it missed.
/// </summary>
[GenerateSerializer, Immutable, Alias("k2.CandleEventBatch")]
public sealed record CandleEventBatch
{
    /// <summary>The version behind which the events begin.</summary>
    [Id(0)] public required long After { get; init; }

    /// <summary>The version up to which they are all there.</summary>
    [Id(1)] public required long UpTo { get; init; }

    /// <summary>The events in the order of the log.</summary>
    [Id(2)] public required ImmutableArray<CandleEvent> Events { get; init; }

    /// <summary>Whether more are stored behind <see cref="UpTo"/>; ask again.</summary>
    [Id(3)] public required bool HasMore { get; init; }
}
