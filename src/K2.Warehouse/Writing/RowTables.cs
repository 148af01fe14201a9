using K2.Abstractions.Warehouse;

namespace K2.Warehouse.Writing;

/// <summary>The tables that the writer fills.</summary>
internal static class RowTables
{
    public static RowTable<SymbolFlush> Trades { get; } = new(
        "k2.silver_trades_store",
        Blocks.Trades,
        flush => flush.Trades.Select(trade => flush with { Trades = [trade] }),
        (flush, reason) => RefusedRows.Trade(flush.Instrument, flush.Trades[0], reason));

    public static RowTable<SymbolFlush> Candles { get; } = new(
        "k2.ohlcv_store",
        flushes => Blocks.Candles(flushes.SelectMany(flush => flush.Candles.Select(candle => (flush.Instrument, candle)))),
        flush => flush.Candles.Select(candle => flush with { Candles = [candle] }),
        (flush, reason) => RefusedRows.Candle("ohlcv_store", flush.Instrument, flush.Candles[0], reason));

    public static RowTable<SymbolFlush> History { get; } = new(
        "k2.candle_revisions_store",
        Blocks.History,
        flush => flush.Judgements.Select(candle => flush with { Judgements = [candle], Revisions = [] }).Concat(flush.Revisions.Select(candle => flush with { Judgements = [], Revisions = [candle] })),
        (flush, reason) => RefusedRows.Candle("candle_revisions_store", flush.Instrument, flush.Judgements.Concat(flush.Revisions).First(), reason));

    public static RowTable<SymbolFlush> Gaps { get; } = new(
        "k2.feed_gaps_store",
        Blocks.Gaps,
        flush => flush.Gaps.Select(gap => flush with { Gaps = [gap] }),
        (flush, reason) => RefusedRows.Gap(flush.Instrument, flush.Gaps[0], reason));

    public static RowTable<SymbolFlush> Letters { get; } = new(
        "k2.dead_letters_store",
        flushes => Blocks.DeadLetters(flushes.SelectMany(flush => flush.DeadLetters)),
        flush => flush.DeadLetters.Select(letter => flush with { DeadLetters = [letter] }),
        null);

    public static RowTable<SymbolFlush> States { get; } = new("k2.symbol_state_store", Blocks.States, flush => [flush], null);

    public static RowTable<RawChunk> Raw { get; } = new("k2.raw_chunks", Blocks.RawChunks, chunk => [chunk], RefusedRows.Chunk);

    public static RowTable<DeadLetter> AsideLetters { get; } = new("k2.dead_letters_store", Blocks.DeadLetters, letter => [letter], null);

    public static RowTable<AuditEntry> Audit { get; } = new("k2.audit_log", Blocks.Audit, entry => [entry], null);

    /// <summary>What a flush writes before its checkpoint, all at once.</summary>
    public static IReadOnlyList<RowTable<SymbolFlush>> BesideTheState { get; } = [Trades, Candles, History, Gaps, Letters];
}
