using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Asks for the candles of one instrument and any interval whose window starts in [From, To).</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Interval">The interval.</param>
/// <param name="From">First window start, or null for the oldest.</param>
/// <param name="To">End of the window starts, exclusive, or null for the newest.</param>
/// <param name="Limit">The most rows, 1 to 10,000. A long interval of short stored windows has smaller pages: see <see cref="PageLimit"/>.</param>
/// <param name="NewestFirst">Whether the limit keeps the newest rows and the order is descending.</param>
public sealed record IntervalQuery(InstrumentId Instrument, CandleInterval Interval, Timestamp? From, Timestamp? To, int Limit, bool NewestFirst)
{
    // Stored rows that one answer may be made of: about 10 MB while it is read.
    private const int MaxStoredRows = 50_000;

    /// <summary>Whether windows without trades are filled, marked, between those with trades.</summary>
    public bool Fill { get; init; }

    /// <summary>Only what was known at this moment of the data's time, or null for now: closed candles alone then.</summary>
    public Timestamp? AsOf { get; init; }

    /// <summary>The most rows of one answer.</summary>
    public int PageLimit => Math.Max(1, Math.Min(Limit, MaxStoredRows / Interval.Ratio));
}
