using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Listings;

namespace K2.Exchanges;

/// <summary>What differs from exchange to exchange: addresses, messages, limits and the parser. Stateless and thread-safe.</summary>
public interface IExchangeAdapter
{
    /// <summary>The exchange.</summary>
    Exchange Exchange { get; }

    /// <summary>The exchange's public WebSocket address.</summary>
    Uri Endpoint { get; }

    /// <summary>What the exchange allows on one connection.</summary>
    ConnectionLimits Limits { get; }

    /// <summary>Reads past trades from the exchange's REST API.</summary>
    ITradeHistory History { get; }

    /// <summary>Reads the exchange's own candles from its REST API.</summary>
    ICandleHistory Candles { get; }

    /// <summary>Tells what the exchange trades.</summary>
    ISymbolListing Listing { get; }

    /// <summary>
    /// Silence after which a connection is asked for a sign of life, or given up where there is no <see cref="ProbeMessage"/>. Where the exchange
    /// sends heartbeats it is a few of them, so that a quiet market is never taken for a dead connection.
    /// </summary>
    TimeSpan MaxSilence { get; }

    /// <summary>Messages to send behind the subscriptions that await no answer, as Coinbase's subscription to heartbeats.</summary>
    IReadOnlyList<ReadOnlyMemory<byte>> OpeningMessages { get; }

    /// <summary>Makes a parser of the exchange's messages for the instruments of a table.</summary>
    IFrameParser CreateParser(InstrumentTable instruments);

    /// <summary>Returns the message that subscribes to the trades of instruments, each with its kind of trades.</summary>
    /// <param name="requestId">Number by which the exchange's answer is recognised.</param>
    /// <param name="instruments">At most <see cref="ConnectionLimits.StreamsPerMessage"/>.</param>
    ReadOnlyMemory<byte> SubscribeMessage(long requestId, IReadOnlyList<Instrument> instruments);

    /// <summary>
    /// Returns a message that a living connection answers at once and that changes nothing, or empty if the exchange sends heartbeats by
    /// itself. It tells a quiet market from a dead connection.
    /// </summary>
    ReadOnlyMemory<byte> ProbeMessage(long requestId);
}
