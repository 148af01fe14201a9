using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Asks for recorded gaps, newest first.</summary>
/// <param name="Exchange">Of one exchange, or null for all.</param>
/// <param name="Symbol">Of one canonical symbol, or null for all.</param>
/// <param name="State">In one state, or null for all.</param>
/// <param name="Limit">The most rows, 1 to 10,000.</param>
public sealed record GapQuery(Exchange? Exchange, string? Symbol, GapState? State, int Limit);
