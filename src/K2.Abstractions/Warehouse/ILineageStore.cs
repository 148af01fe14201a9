using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>What deriving rows again needs of the warehouse beside the reader. Thread-safe.</summary>
public interface ILineageStore
{
    /// <summary>Returns the exchange time of an instrument's first stored trade, or null if there is none.</summary>
    Task<Timestamp?> FirstTradeAsync(InstrumentId instrument, CancellationToken cancellationToken);

    /// <summary>
    /// Returns frames by receive time, page by page: those received near the range and, of any later time, REST pages and looks back at a
    /// subscription. A frame may come twice.
    /// </summary>
    IAsyncEnumerable<StoredFrame> ReadFramesAsync(FrameQuery query, CancellationToken cancellationToken);

    /// <summary>Returns how many candles a position wrote, as long as nothing newer has replaced them.</summary>
    Task<long> CountCandlesAtAsync(InstrumentId instrument, LogPosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the candles of windows that start in a range, were written at or below a position and hold no stored trade; returns how many.
    /// A candle that a later trade has brought back stands at a higher position and stays.
    /// </summary>
    Task<long> RemoveEmptyCandlesAsync(InstrumentId instrument, Timestamp from, Timestamp until, LogPosition position, CancellationToken cancellationToken);
}
