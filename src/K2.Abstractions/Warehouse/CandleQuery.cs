using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Asks for the candles of one instrument and timeframe whose window starts in [From, To).</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Timeframe">The timeframe.</param>
/// <param name="From">First window start, or null for the oldest.</param>
/// <param name="To">End of the window starts, exclusive, or null for the newest.</param>
/// <param name="Limit">The most rows.</param>
/// <param name="NewestFirst">Whether the limit keeps the newest rows and the order is descending.</param>
public sealed record CandleQuery(InstrumentId Instrument, Timeframe Timeframe, Timestamp? From, Timestamp? To, int Limit, bool NewestFirst)
{
    /// <summary>Only what was known at this moment of the data's time, from the history of closed candles; null for now.</summary>
    public Timestamp? AsOf { get; init; }
}
