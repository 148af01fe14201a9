using K2.Domain.Instruments;

namespace K2.Abstractions.Log;

/// <summary>The names of the log's topics.</summary>
public static class TopicNames
{
    /// <summary>Input that could not be taken: original bytes, reason, coordinates.</summary>
    public const string DeadLetters = "market.crypto.trades.dlq";

    /// <summary>Returns the topic of an exchange's trades, keyed by instrument.</summary>
    public static string Trades(Exchange exchange) => $"market.crypto.trades.{exchange.ToName()}";

    /// <summary>Returns the topic of an exchange's frames as received, keyed by connection.</summary>
    public static string Raw(Exchange exchange) => $"market.crypto.trades.{exchange.ToName()}.raw";
}
