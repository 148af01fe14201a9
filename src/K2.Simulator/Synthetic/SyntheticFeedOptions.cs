using K2.Domain;

namespace K2.Simulator.Synthetic;

/// <summary>What a synthetic feed makes.</summary>
public sealed record SyntheticFeedOptions
{
    /// <summary>Native symbols, the most traded first; at least one.</summary>
    public required IReadOnlyList<string> Symbols { get; init; }

    /// <summary>Exchange time of the beginning.</summary>
    public required Timestamp Start { get; init; }

    /// <summary>Same seed, symbols, start and rate: the same frames. Default 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Trades in a second over all symbols, on average: 1 to 100,000. Default 50.</summary>
    public int TradesPerSecond { get; init; } = 50;

    /// <summary>Frames to make; null means without end.</summary>
    public long? MaxFrames { get; init; }
}
