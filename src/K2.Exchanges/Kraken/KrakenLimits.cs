namespace K2.Exchanges.Kraken;

/// <summary>Kraken's limits. It documents none for messages on a public connection; these stay far below what it is known to bear.</summary>
public static class KrakenLimits
{
    /// <summary>Messages a client may send in a second. Chosen.</summary>
    public const int MessagesPerSecond = 5;

    /// <summary>Symbols on one connection. Chosen, so that a lost connection costs few.</summary>
    public const int StreamsPerConnection = 200;

    /// <summary>Symbols in one subscription. Chosen.</summary>
    public const int StreamsPerMessage = 100;

    /// <summary>Trades in one page of the REST API at most.</summary>
    public const int TradesPerPage = 1000;

    /// <summary>
    /// Time between two public REST calls for one pair: calls to Trades and OHLC are counted by address and pair, and one in a second is always
    /// allowed (support.kraken.com, "What are the API rate limits?").
    /// </summary>
    public static TimeSpan PairSpacing { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Time between two REST calls for any pairs. Chosen, so that many pairs at once are no burst.</summary>
    public static TimeSpan RestSpacing { get; } = TimeSpan.FromMilliseconds(150);
}
