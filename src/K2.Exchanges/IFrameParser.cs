using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Exchanges;

/// <summary>
/// Reads an exchange's messages: a pure function of bytes, instrument table and received time, without clock, log or input and output. It
/// returns for any bytes and never throws. Not thread-safe only through the result that is passed in.
/// </summary>
public interface IFrameParser
{
    /// <summary>The instruments of the exchange; <see cref="ParsedTrade.Slot"/> is an index into it.</summary>
    IReadOnlyList<Instrument> Instruments { get; }

    /// <summary>Reads one message.</summary>
    /// <param name="frame">The whole message.</param>
    /// <param name="receivedTime">When it was received; a trade more than a day later than that is refused.</param>
    /// <param name="source">The source that trades are marked with.</param>
    /// <param name="result">Is overwritten with what the message says.</param>
    void Parse(ReadOnlySpan<byte> frame, Timestamp receivedTime, TradeSource source, FrameResult result);
}
