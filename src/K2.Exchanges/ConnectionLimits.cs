namespace K2.Exchanges;

/// <summary>What an exchange allows on one connection.</summary>
/// <param name="MessagesPerSecond">Messages that the client may send in any second; pongs count.</param>
/// <param name="StreamsPerConnection">Subscriptions that one connection may hold.</param>
/// <param name="StreamsPerMessage">Subscriptions asked for in one message.</param>
public sealed record ConnectionLimits(int MessagesPerSecond, int StreamsPerConnection, int StreamsPerMessage)
{
    /// <summary>How long a connection lives at most, or null where the exchange does not say.</summary>
    public TimeSpan? Lifetime { get; init; }
}
