using K2.Domain.Instruments;
using K2.Exchanges.Candles;
using K2.Exchanges.Listings;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Coinbase;

/// <summary>
/// Coinbase Advanced Trade. Heartbeats come once a second only where they are subscribed to; without them a quiet connection is closed after a
/// minute or so.
/// </summary>
public sealed class CoinbaseAdapter : IExchangeAdapter
{
    /// <inheritdoc/>
    public Exchange Exchange => Exchange.Coinbase;

    /// <inheritdoc/>
    public Uri Endpoint => CoinbaseEndpoints.WebSocket;

    /// <inheritdoc/>
    public ConnectionLimits Limits { get; } = new(CoinbaseLimits.MessagesPerSecond, CoinbaseLimits.StreamsPerConnection, CoinbaseLimits.StreamsPerMessage);

    /// <inheritdoc/>
    public ITradeHistory History { get; } = new CoinbaseHistory();

    /// <inheritdoc/>
    public ICandleHistory Candles { get; } = new CoinbaseCandles();

    /// <inheritdoc/>
    public ISymbolListing Listing { get; } = new CoinbaseListing();

    /// <inheritdoc/>
    public TimeSpan MaxSilence => TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> OpeningMessages { get; } = [JsonMessage.Write(json =>
    {
        json.WriteString("type", "subscribe");
        json.WriteString("channel", "heartbeats");
    })];

    /// <inheritdoc/>
    public IFrameParser CreateParser(InstrumentTable instruments) => new CoinbaseFrameParser(instruments);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubscribeMessage(long requestId, IReadOnlyList<Instrument> instruments) => JsonMessage.Write(json =>
    {
        json.WriteString("type", "subscribe");
        json.WriteTexts("product_ids", instruments.Select(instrument => instrument.NativeSymbol));
        json.WriteString("channel", "market_trades");
    });

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ProbeMessage(long requestId) => default;
}
