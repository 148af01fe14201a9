using K2.Domain.Instruments;

namespace K2.Simulator.Exchanges;

/// <summary>
/// What an exchange lets one address ask for: Binance 6,000 of weight in a minute, Kraken one call for trades or candles in a second for each pair with
/// a little tolerance, Coinbase ten calls a second with bursts of fifteen. Thread-safe.
/// </summary>
internal sealed class RequestLimits(Exchange exchange, TimeProvider time)
{
    /// <summary>Weight that Binance lets an address use in a minute.</summary>
    public const int BinanceWeight = 6000;

    private const int CoinbaseBurst = 15;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    // A client that waits a second sees its requests arrive a little closer together.
    private static readonly TimeSpan KrakenSpacing = TimeSpan.FromMilliseconds(800);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, int Weight)> _asked = [];
    private readonly Dictionary<string, long> _lastOf = new(StringComparer.Ordinal);
    private int _used;

    /// <summary>Takes a request; false if it is one too many.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="subject">The pair that it asks for, or empty.</param>
    /// <param name="used">Weight used within the present minute, this request included, where the exchange counts weight.</param>
    /// <param name="wait">Time until the same request would be answered; nothing where it is now.</param>
    public bool Take(string path, string subject, out int used, out TimeSpan wait)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            used = 0;
            wait = TimeSpan.Zero;
            switch (exchange)
            {
                case Exchange.Binance:
                    Forget(Minute);
                    used = _used + Weight(path);
                    wait = UntilFree(used - BinanceWeight, Minute);
                    break;
                case Exchange.Kraken:
                    if (path == "/0/public/AssetPairs") subject = $"{path} {subject}";
                    if (_lastOf.TryGetValue(subject, out var last)) wait = Rest(last, KrakenSpacing);
                    break;
                default:
                    Forget(Second);
                    wait = UntilFree(_used + 1 - CoinbaseBurst, Second);
                    break;
            }

            if (wait > TimeSpan.Zero) return false;
            if (exchange == Exchange.Kraken) _lastOf[subject] = now;
            else Note(now, exchange == Exchange.Binance ? Weight(path) : 1);
            return true;
        }
    }

    private static int Weight(string path) => path switch
    {
        "/api/v3/trades" or "/api/v3/historicalTrades" => 25,
        "/api/v3/aggTrades" => 4,
        "/api/v3/klines" => 2,
        "/api/v3/exchangeInfo" => 20,
        _ => 1,
    };

    /// <summary>Time until requests of so much weight have left the window.</summary>
    private TimeSpan UntilFree(int weight, TimeSpan window)
    {
        foreach (var asked in _asked)
        {
            if (weight <= 0) break;
            weight -= asked.Weight;
            if (weight <= 0) return Rest(asked.At, window);
        }

        return TimeSpan.Zero;
    }

    private TimeSpan Rest(long since, TimeSpan window) => window - time.GetElapsedTime(since) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;

    private void Note(long now, int weight)
    {
        _asked.Enqueue((now, weight));
        _used += weight;
    }

    private void Forget(TimeSpan window)
    {
        while (_asked.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) >= window) _used -= _asked.Dequeue().Weight;
    }
}
