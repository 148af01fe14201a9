using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Exchanges;

/// <summary>The log records of one instrument in the order in which they belong into its log.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Records">Trades and watermarks.</param>
public sealed record InstrumentRecords(Instrument Instrument, List<LogRecord> Records);
