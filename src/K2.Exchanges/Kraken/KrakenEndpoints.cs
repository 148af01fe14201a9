namespace K2.Exchanges.Kraken;

/// <summary>Kraken's public addresses (docs.kraken.com, "Spot WebSockets (v2)" and "Spot REST").</summary>
public static class KrakenEndpoints
{
    /// <summary>Public market data, WebSocket v2.</summary>
    public static Uri WebSocket { get; } = new("wss://ws.kraken.com/v2");

    /// <summary>The REST API.</summary>
    public static Uri Rest { get; } = new("https://api.kraken.com");
}
