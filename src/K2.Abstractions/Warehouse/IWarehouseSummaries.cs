using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Answers questions about many rows without reading them all. Thread-safe.</summary>
public interface IWarehouseSummaries
{
    /// <summary>Returns exact sums over [from, to), whose bounds are whole minutes.</summary>
    /// <exception cref="ArgumentException">A bound is no whole minute.</exception>
    Task<RangeTotals> SumAsync(InstrumentId instrument, Timestamp from, Timestamp to, CancellationToken cancellationToken);

    /// <summary>Returns what the warehouse holds: sizes from its catalogue, counts from daily candles; no trade is read.</summary>
    Task<WarehouseStatistics> StatisticsAsync(CancellationToken cancellationToken);
}
