using K2.Domain.Instruments;

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
