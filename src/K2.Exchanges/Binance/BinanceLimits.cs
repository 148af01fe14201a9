namespace K2.Exchanges.Binance;

/// <summary>Binance's limits for one connection (developers.binance.com, WebSocket Streams, "Websocket limits").</summary>
public static class BinanceLimits
{
    /// <summary>Messages a client may send in a second; ping and pong frames count.</summary>
    public const int MessagesPerSecond = 5;

    /// <summary>Streams on one connection.</summary>
    public const int StreamsPerConnection = 1024;

    /// <summary>Streams in one SUBSCRIBE. Not documented: chosen so that a request stays near 4 KiB.</summary>
    public const int StreamsPerMessage = 200;

    /// <summary>Life of a connection.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(24);
}
