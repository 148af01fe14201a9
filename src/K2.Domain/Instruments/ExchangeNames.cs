using System.Diagnostics.CodeAnalysis;

namespace K2.Domain.Instruments;

/// <summary>The lower-case names of exchanges as they stand in topics, tables, URLs and grain keys.</summary>
public static class ExchangeNames
{
    /// <summary>All exchanges that have a name, in the order of their stored values.</summary>
    public static IReadOnlyList<Exchange> All { get; } = [Exchange.Binance, Exchange.Kraken, Exchange.Coinbase];

    /// <summary>Returns the exchange's name, for example <c>binance</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The exchange is <see cref="Exchange.Unknown"/> or not defined.</exception>
    public static string ToName(this Exchange exchange) => exchange switch
    {
        Exchange.Binance => "binance",
        Exchange.Kraken => "kraken",
        Exchange.Coinbase => "coinbase",
        _ => throw new ArgumentOutOfRangeException(nameof(exchange), exchange, "not a named exchange"),
    };

    /// <summary>Finds the exchange of a name; upper and lower case are the same.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out Exchange exchange)
    {
        exchange = name?.ToLowerInvariant() switch
        {
            "binance" => Exchange.Binance,
            "kraken" => Exchange.Kraken,
            "coinbase" => Exchange.Coinbase,
            _ => Exchange.Unknown,
        };
        return exchange != Exchange.Unknown;
    }
}
