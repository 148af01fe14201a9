using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>Answers questions about many rows without reading them all. Thread-safe.</summary>
public interface IWarehouseSummaries
{
    /// <summary>Returns the last stored trade by (exchange time, trade id), or null. It is found by the newest stored one-minute candle, which may be a second behind its trades.</summary>
    Task<PositionedTrade?> LastTradeAsync(InstrumentId instrument, CancellationToken cancellationToken);

    /// <summary>Returns exact sums over [from, to), whose bounds are whole minutes.</summary>
    /// <exception cref="ArgumentException">A bound is no whole minute.</exception>
    Task<RangeTotals> SumAsync(InstrumentId instrument, Timestamp from, Timestamp to, CancellationToken cancellationToken);

    /// <summary>Returns what the warehouse holds: sizes from its catalogue, counts from daily candles; no trade is read.</summary>
    Task<WarehouseStatistics> StatisticsAsync(CancellationToken cancellationToken);
}
