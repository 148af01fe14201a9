using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Abstractions.Cold;

/// <summary>Reads rows of the cold tables. Thread-safe.</summary>
public interface IColdReader
{
    /// <summary>Returns the number of the state that is meant. It is what pages are read by: a time could mean another state by the next page.</summary>
    /// <exception cref="UnknownSnapshotException">There is no such state (any more).</exception>
    /// <exception cref="K2Exception">The store does not answer.</exception>
    Task<long> FindSnapshotAsync(ColdTable table, ColdMoment moment, CancellationToken cancellationToken);

    /// <summary>Returns trades in the query's order; those of the current state, or of an earlier one.</summary>
    /// <exception cref="UnknownSnapshotException">There is no such state (any more).</exception>
    /// <exception cref="K2Exception">A file cannot be read.</exception>
    IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, long? snapshotId, CancellationToken cancellationToken);

    /// <summary>Returns closed candles in the query's order; those of the current state, or of an earlier one.</summary>
    /// <exception cref="UnknownSnapshotException">There is no such state (any more).</exception>
    /// <exception cref="K2Exception">A file cannot be read.</exception>
    IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, long? snapshotId, CancellationToken cancellationToken);
}
