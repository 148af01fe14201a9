using K2.Domain;

namespace K2.Exchanges.Candles;

/// <summary>A page of an exchange's candles.</summary>
/// <param name="Candles">The candles, in any order, also such outside the range that was asked for.</param>
/// <param name="Next">Where the next page begins, or null if this is the last one.</param>
/// <param name="Problem">Why the page cannot be read, or null.</param>
public sealed record CandleAnswer(IReadOnlyList<ExchangeCandle> Candles, Timestamp? Next, string? Problem)
{
    /// <summary>A page that cannot be read.</summary>
    public static CandleAnswer Bad(string problem) => new([], null, problem);
}
