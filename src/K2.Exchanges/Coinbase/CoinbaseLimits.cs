namespace K2.Exchanges.Coinbase;

/// <summary>Coinbase's limits (docs.cdp.coinbase.com, "WebSocket Rate Limits" and "REST API Rate Limits").</summary>
public static class CoinbaseLimits
{
    /// <summary>Messages that an unauthenticated address may send in a second.</summary>
    public const int MessagesPerSecond = 8;

    /// <summary>Products on one connection. Chosen, so that a lost connection costs few.</summary>
    public const int StreamsPerConnection = 100;

    /// <summary>Products in one subscription. Chosen; its answer has no number, so all are asked for in one.</summary>
    public const int StreamsPerMessage = 100;

    /// <summary>Trades in one page of the REST API at most.</summary>
    public const int TradesPerPage = 1000;

    /// <summary>REST requests in a second; half of the ten that are allowed.</summary>
    public const int RequestsPerSecond = 5;
}
