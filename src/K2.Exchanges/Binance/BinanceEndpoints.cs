namespace K2.Exchanges.Binance;

/// <summary>Binance's public addresses (developers.binance.com, WebSocket Streams, "General WSS information").</summary>
public static class BinanceEndpoints
{
    /// <summary>Combined streams with market data only; no key is needed. Streams are subscribed to after connecting.</summary>
    public static Uri CombinedStream { get; } = new("wss://data-stream.binance.vision/stream");

    /// <summary>The REST API with market data only.</summary>
    public static Uri Rest { get; } = new("https://data-api.binance.vision");
}
