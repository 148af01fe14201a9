using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Listings;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Kraken;

/// <summary>Kraken spot, WebSocket v2. Where nothing else is sent, a heartbeat comes about once a second.</summary>
public sealed class KrakenAdapter : IExchangeAdapter
{
    /// <inheritdoc/>
    public Exchange Exchange => Exchange.Kraken;

    /// <inheritdoc/>
    public Uri Endpoint => KrakenEndpoints.WebSocket;

    /// <inheritdoc/>
    public ConnectionLimits Limits { get; } = new(KrakenLimits.MessagesPerSecond, KrakenLimits.StreamsPerConnection, KrakenLimits.StreamsPerMessage);

    /// <inheritdoc/>
    public ITradeHistory History { get; } = new KrakenHistory();

    /// <inheritdoc/>
    public ICandleHistory Candles { get; } = new KrakenCandles();

    /// <inheritdoc/>
    public ISymbolListing Listing { get; } = new KrakenListing();

    /// <inheritdoc/>
    public TimeSpan MaxSilence => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> OpeningMessages => [];

    /// <inheritdoc/>
    public IFrameParser CreateParser(InstrumentTable instruments) => new KrakenFrameParser(instruments);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubscribeMessage(long requestId, IReadOnlyList<Instrument> instruments) => JsonMessage.Write(json =>
    {
        json.WriteString("method", "subscribe");
        json.WriteStartObject("params");
        json.WriteString("channel", "trade");
        json.WriteTexts("symbol", instruments.Select(instrument => instrument.NativeSymbol));
        json.WriteBoolean("snapshot", true);
        json.WriteEndObject();
        json.WriteNumber("req_id", requestId);
    });

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ProbeMessage(long requestId) => JsonMessage.Write(json =>
    {
        json.WriteString("method", "ping");
        json.WriteNumber("req_id", requestId);
    });
}
