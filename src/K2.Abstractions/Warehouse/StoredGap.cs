using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>A recorded gap as the warehouse holds it.</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="Change">The gap with its latest state.</param>
public sealed record StoredGap(InstrumentId Instrument, GapChange Change);
