using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>Reads exact rows: each trade once, each candle in its latest version. Thread-safe.</summary>
public interface IWarehouseReader
{
    /// <summary>Returns candles by window start.</summary>
    IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, CancellationToken cancellationToken);

    /// <summary>Returns trades by (exchange time, trade id).</summary>
    IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, CancellationToken cancellationToken);

    /// <summary>Returns the stored trades whose ids are asked for, in no order; ids that are not stored are missing from the answer.</summary>
    Task<IReadOnlyList<PositionedTrade>> FindTradesAsync(InstrumentId instrument, ushort idEpoch, IReadOnlyCollection<long> tradeIds, CancellationToken cancellationToken);

    /// <summary>
    /// Returns the candles of windows, aggregated anew from the stored trades with a position at or below the given one. Revision is the highest
    /// kept revision at or below that position; closed and complete are left at their defaults. Windows without trades are missing from the answer.
    /// </summary>
    Task<IReadOnlyList<Candle>> RebuildCandlesAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken);

    /// <summary>Returns the stored trades with a position above one and below another, by position: what was written but not checkpointed.</summary>
    IAsyncEnumerable<PositionedTrade> ReadTradesBetweenAsync(InstrumentId instrument, LogPosition above, LogPosition below, CancellationToken cancellationToken);

    /// <summary>Returns the symbol's latest durable checkpoint, or null.</summary>
    Task<SymbolCheckpoint?> ReadCheckpointAsync(InstrumentId instrument, CancellationToken cancellationToken);

    /// <summary>Returns the highest position of each instrument in any table: the log's epoch must stay above what these hold and the log lacks.</summary>
    Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken);

    /// <summary>Returns recorded gaps in their latest state, newest first.</summary>
    IAsyncEnumerable<StoredGap> ReadGapsAsync(GapQuery query, CancellationToken cancellationToken);

    /// <summary>Returns counts for a summary: trades, candles and dead letters, each key once.</summary>
    Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Returns how many trades the candles of closed windows held, by the latest row of their history at or below a position; windows without a
    /// history are missing from the answer. A rebuild that finds fewer was made of trades that are no longer all there.
    /// </summary>
    Task<IReadOnlyDictionary<CandleWindow, long>> ReadRecordedCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken);

    /// <summary>
    /// Returns closings and revisions that are part of the instrument's durable state: none above its checkpoint, so that nothing can come in
    /// below what was returned. After a crash one (timeframe, window, revision) may stand at two positions, with the same values.
    /// </summary>
    Task<CandleEvents> ReadCandleEventsAsync(CandleEventQuery query, CancellationToken cancellationToken);
}
