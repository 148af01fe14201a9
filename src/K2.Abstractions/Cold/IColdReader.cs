using K2.Abstractions.Warehouse;
using K2.Domain.Candles;
using K2.Domain.Log;

namespace K2.Abstractions.Cold;

/// <summary>Reads rows of the cold tables. Thread-safe.</summary>
public interface IColdReader
{
    /// <summary>Returns trades in the query's order; those of the current state, or of an earlier one.</summary>
    /// <exception cref="K2Exception">There is no such state (any more), or a file cannot be read.</exception>
    IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, ColdMoment? moment, CancellationToken cancellationToken);

    /// <summary>Returns closed candles in the query's order; those of the current state, or of an earlier one.</summary>
    /// <exception cref="K2Exception">There is no such state (any more), or a file cannot be read.</exception>
    IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, ColdMoment? moment, CancellationToken cancellationToken);
}
