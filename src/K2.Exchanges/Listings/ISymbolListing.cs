using K2.Domain.Instruments;

namespace K2.Exchanges.Listings;

/// <summary>
/// Asks an exchange whether it trades an instrument, and how finely. Not every exchange refuses the subscription to what it does not know. Stateless and
/// thread-safe.
/// </summary>
public interface ISymbolListing
{
    /// <summary>Returns the request about an instrument.</summary>
    HistoryQuery Query(Instrument instrument);

    /// <summary>Reads the answer.</summary>
    /// <returns>What is wrong with the instrument, empty if nothing is; null if the answer cannot be understood.</returns>
    string? Read(Instrument instrument, int status, ReadOnlySpan<byte> body);
}
