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
    /// Returns, in no order, the frames that were received near the range, and REST pages of any later time. A frame may come twice. Bounded memory: frames
    /// are read a few chunks at a time.
    /// </summary>
    IAsyncEnumerable<StoredFrame> ReadFramesAsync(FrameQuery query, CancellationToken cancellationToken);

    /// <summary>
    /// Returns, in no order, the looks back at a subscription (frames that call themselves a snapshot) that were received after the range. All later frames are looked
    /// through: ask once for a long range.
    /// </summary>
    IAsyncEnumerable<StoredFrame> ReadLaterSnapshotsAsync(FrameQuery query, CancellationToken cancellationToken);

    /// <summary>Returns how many candles a position wrote, as long as nothing newer has replaced them.</summary>
    Task<long> CountCandlesAtAsync(InstrumentId instrument, LogPosition position, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the candles of windows that start in a range, were written at or below a position and hold no stored trade; returns how many.
    /// A candle that a later trade has brought back stands at a higher position and stays.
    /// </summary>
    Task<long> RemoveEmptyCandlesAsync(InstrumentId instrument, Timestamp from, Timestamp until, LogPosition position, CancellationToken cancellationToken);

    /// <summary>Returns the refused records of an instrument that still wait, by their sequence and origin.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="reason">Why they were refused, for example <c>beyond-horizon</c>.</param>
    /// <param name="after">The last one of the page before, or null for the first page.</param>
    /// <param name="limit">The most.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    Task<IReadOnlyList<WaitingLetter>> ReadWaitingAsync(InstrumentId instrument, string reason, WaitingLetter? after, int limit, CancellationToken cancellationToken);

    /// <summary>Notes that what some letters hold was taken after all. They stay, and wait no longer.</summary>
    Task SettleAsync(InstrumentId instrument, string reason, IReadOnlyCollection<WaitingLetter> letters, CancellationToken cancellationToken);
}
