using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Exchanges;

/// <summary>
/// How an exchange's REST API gives past trades: builds requests and reads answers, pure like a parser. Who sends them, in which order and how
/// fast is the same for every exchange.
/// </summary>
public interface ITradeHistory
{
    /// <summary>The exchange's public REST address.</summary>
    Uri BaseAddress { get; }

    /// <summary>What the exchange allows.</summary>
    RequestBudget Budget { get; }

    /// <summary>Returns the first request for a range.</summary>
    HistoryQuery First(Instrument instrument, HistoryRange range);

    /// <summary>
    /// Reads a page: its trades go into the result, also those outside the range; they are marked as backfill. A page that cannot be read is a
    /// rejected result and never an exception.
    /// </summary>
    /// <param name="instrument">The instrument that was asked for.</param>
    /// <param name="range">The range that is being read.</param>
    /// <param name="query">The request that the page answers.</param>
    /// <param name="body">The answer's body, of a successful status.</param>
    /// <param name="header">Returns a response header's value, or null.</param>
    /// <param name="receivedTime">When the answer was received.</param>
    /// <param name="result">Is overwritten with the trades (slot 0 is the instrument) or the reason why the page is rejected.</param>
    /// <returns>The next request, or null where the range is read, nothing more is there, or the page is rejected.</returns>
    HistoryQuery? Read(Instrument instrument, HistoryRange range, HistoryQuery query, ReadOnlySpan<byte> body, Func<string, string?> header, Timestamp receivedTime, FrameResult result);

    /// <summary>Returns the next request of a search for the first trade at or behind a moment.</summary>
    HistoryQuery Locate(Instrument instrument, IdSearch search);

    /// <summary>Reads the answer to <see cref="Locate"/> and narrows the search, or ends it.</summary>
    /// <returns>Why the answer cannot be read, or null.</returns>
    string? ReadLocated(Instrument instrument, IdSearch search, ReadOnlySpan<byte> body, Timestamp receivedTime);
}
