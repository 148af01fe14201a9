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

    /// <summary>
    /// The history of closed candles, kept for ever: each as it closed (revision 0) and every value it took afterwards; keyed by instrument, timeframe,
    /// window and position. These rows are the events of closed and revised candles.
    /// </summary>
    public required IReadOnlyList<Candle> Revisions { get; init; }

    /// <summary>Rows of the same history for candles whose completeness alone changed: no events.</summary>
    public IReadOnlyList<Candle> Judgements { get; init; } = [];

    /// <summary>Records that were refused.</summary>
    public required IReadOnlyList<DeadLetter> DeadLetters { get; init; }

    /// <summary>Gaps that were opened, filled or given up; of one gap the highest position wins.</summary>
    public IReadOnlyList<GapChange> Gaps { get; init; } = [];

    /// <summary>The position that the checkpoint stands for; the highest wins.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>The serialised state at that position.</summary>
    public required ReadOnlyMemory<byte> State { get; init; }

    /// <summary>Returns the flush of a book's changes, after <see cref="CandleBook.TakeChanges"/>. It shares their lists: clear them when it is written.</summary>
    public static SymbolFlush Of(CandleBook book, BookChanges changes, IReadOnlyList<DeadLetter> deadLetters) => new()
    {
        Instrument = book.Instrument,
        Trades = changes.NewTrades,
        Candles = changes.Candles,
        Revisions = changes.Revisions,
        Judgements = changes.Judgements,
        DeadLetters = deadLetters,
        Gaps = changes.Gaps,
        Position = book.Position,
        State = book.Serialize(),
    };
}
