using K2.Domain;
using K2.Domain.Instruments;

namespace K2.Abstractions.Warehouse;

/// <summary>Asks for the trades of one instrument in [From, To), ordered by (exchange time, trade id).</summary>
/// <param name="Instrument">The instrument.</param>
/// <param name="From">First exchange time, or null for the oldest.</param>
/// <param name="To">End of the exchange times, exclusive, or null for the newest.</param>
/// <param name="AfterTradeId">Keyset cursor: with <paramref name="From"/> as its time, return only what stands behind (From, AfterTradeId) in the order.</param>
/// <param name="Limit">The most rows, 1 to 10,000.</param>
/// <param name="NewestFirst">Whether the order is descending; then the cursor pairs with <paramref name="To"/>.</param>
public sealed record TradeQuery(InstrumentId Instrument, Timestamp? From, Timestamp? To, long? AfterTradeId, int Limit, bool NewestFirst);
