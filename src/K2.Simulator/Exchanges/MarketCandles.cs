namespace K2.Simulator.Exchanges;

/// <summary>
/// The candles that an exchange makes of one instrument's trades as it makes them. Windows of which it has not seen the beginning are left out, where
/// earlier trades were made by an exchange before it. Not thread-safe.
/// </summary>
internal sealed class MarketCandles(long knownFromMicroseconds)
{
    /// <summary>The intervals in minutes that any of the exchanges publishes.</summary>
    public static readonly IReadOnlyList<int> Minutes = [1, 5, 15, 30, 60, 1440];
    private const long MicrosecondsPerMinute = 60_000_000;
    private const int Kept = 1500;

    private readonly Dictionary<int, List<MarketCandle>> _candles = Minutes.ToDictionary(minutes => minutes, _ => new List<MarketCandle>());

    public void Add(LedgerTrade trade)
    {
        foreach (var (minutes, candles) in _candles)
        {
            var start = trade.TimeMicroseconds - (trade.TimeMicroseconds % (minutes * MicrosecondsPerMinute));
            if (start < knownFromMicroseconds) continue;
            if (candles.Count == 0 || candles[^1].StartMicroseconds != start) candles.Add(new MarketCandle(start, trade));
            candles[^1].Add(trade);
            if (candles.Count > Kept) candles.RemoveRange(0, Kept / 10);
        }
    }

    /// <summary>Returns the candles whose window starts in [from, to), oldest first; windows without trades are left out.</summary>
    public IReadOnlyList<MarketCandle> Between(int minutes, long fromMicroseconds, long toMicroseconds) =>
        [.. _candles[minutes].SkipWhile(candle => candle.StartMicroseconds < fromMicroseconds).TakeWhile(candle => candle.StartMicroseconds < toMicroseconds)];
}
