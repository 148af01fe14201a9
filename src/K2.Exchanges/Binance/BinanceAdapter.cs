using K2.Domain.Instruments;
using K2.Domain.Trades;
using K2.Exchanges.Candles;
using K2.Exchanges.Listings;
using K2.Exchanges.Wire;

namespace K2.Exchanges.Binance;

/// <summary>
/// Binance spot, combined streams. The server pings every 20 s and the socket answers with the same payload by itself; a connection lives
/// 24 hours at most, which looks like any other close.
/// </summary>
public sealed class BinanceAdapter : IExchangeAdapter
{
    /// <inheritdoc/>
    public Exchange Exchange => Exchange.Binance;

    /// <inheritdoc/>
    public Uri Endpoint => BinanceEndpoints.CombinedStream;

    /// <inheritdoc/>
    public ConnectionLimits Limits { get; } = new(BinanceLimits.MessagesPerSecond, BinanceLimits.StreamsPerConnection, BinanceLimits.StreamsPerMessage) { Lifetime = BinanceLimits.Lifetime };

    /// <inheritdoc/>
    public ITradeHistory History { get; } = new BinanceHistory();

    /// <inheritdoc/>
    public ICandleHistory Candles { get; } = new BinanceCandles();

    /// <inheritdoc/>
    public ISymbolListing Listing { get; } = new BinanceListing();

    /// <inheritdoc/>
    public TimeSpan MaxSilence => TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public IReadOnlyList<ReadOnlyMemory<byte>> OpeningMessages => [];

    /// <inheritdoc/>
    public IFrameParser CreateParser(InstrumentTable instruments) => new BinanceFrameParser(instruments);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> SubscribeMessage(long requestId, IReadOnlyList<Instrument> instruments) =>
        Message("SUBSCRIBE", instruments.Select(StreamName), requestId);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> ProbeMessage(long requestId) => Message("LIST_SUBSCRIPTIONS", null, requestId);

    // For example btcusdt@trade: Binance writes streams in lower case, symbols in upper.
    private static string StreamName(Instrument instrument) =>
        instrument.NativeSymbol.ToLowerInvariant() + (instrument.TradeKind == TradeKind.Aggregate ? "@aggTrade" : "@trade");

    private static byte[] Message(string method, IEnumerable<string>? parameters, long requestId) => JsonMessage.Write(json =>
    {
        json.WriteString("method", method);
        if (parameters is not null) json.WriteTexts("params", parameters);
        json.WriteNumber("id", requestId);
    });
}
