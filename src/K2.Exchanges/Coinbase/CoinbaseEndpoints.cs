namespace K2.Exchanges.Coinbase;

/// <summary>Coinbase's public addresses (docs.cdp.coinbase.com, "Advanced Trade WebSocket" and "Exchange REST API").</summary>
public static class CoinbaseEndpoints
{
    /// <summary>Advanced Trade market data; no key is needed for it.</summary>
    public static Uri WebSocket { get; } = new("wss://advanced-trade-ws.coinbase.com");

    /// <summary>The Exchange REST API, which pages trades by id.</summary>
    public static Uri Rest { get; } = new("https://api.exchange.coinbase.com");
}
