using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Warehouse;

/// <summary>Asks for the closings and revisions of one instrument's candles behind a log position, in the order of the log.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Timeframe">One timeframe, or null for all.</param>
/// <param name="Above">Only rows above this position: what an earlier answer ended with.</param>
/// <param name="Limit">The most rows, 1 to 10,000; rows of one position are never torn apart, so there may be some more.</param>
public sealed record CandleEventQuery(InstrumentId Instrument, Timeframe? Timeframe, LogPosition Above, int Limit);
