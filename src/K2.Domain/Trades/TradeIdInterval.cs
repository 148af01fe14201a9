namespace K2.Domain.Trades;

/// <summary>A run of ids without a hole and the exchange times that its trades span.</summary>
/// <param name="First">First id.</param>
/// <param name="Last">Last id.</param>
/// <param name="From">Earliest exchange time in the run.</param>
/// <param name="Until">Latest exchange time in the run, or a later one up to which a heartbeat proves it complete.</param>
public readonly record struct TradeIdInterval(long First, long Last, Timestamp From, Timestamp Until);
