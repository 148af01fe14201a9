using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>
/// What one grain call made of a symbol's log. The writer makes trades, candles, revisions and dead letters durable first, the checkpoint last.
/// </summary>
public sealed record SymbolFlush
{
    /// <summary>The instrument.</summary>
    public required Instrument Instrument { get; init; }

    /// <summary>New trades; of one identity the lowest position wins.</summary>
    public required IReadOnlyList<PositionedTrade> Trades { get; init; }

    /// <summary>Changed candles with absolute values; the highest position wins.</summary>
    public required IReadOnlyList<Candle> Candles { get; init; }

    /// <summary>Every value a closed candle took after closing, kept for ever; keyed by instrument, timeframe, window and position.</summary>
    public required IReadOnlyList<Candle> Revisions { get; init; }

    /// <summary>Records that were refused.</summary>
    public required IReadOnlyList<DeadLetter> DeadLetters { get; init; }

    /// <summary>Gaps that were opened, filled or given up; of one gap the highest position wins.</summary>
    public IReadOnlyList<GapChange> Gaps { get; init; } = [];

    /// <summary>The position that the checkpoint stands for; the highest wins.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>The serialised state at that position.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }
}
