using System.Collections.Immutable;

namespace K2.Contracts.Symbols;

/// <summary>
/// Builds the candles of one instrument from its log, exactly once. The key is the instrument's identifier (<c>binance:BTC/USDT</c>).
/// </summary>
[Alias("k2.ISymbolGrain")]
public interface ISymbolGrain : IGrainWithStringKey
{
    /// <summary>Returns the candles in memory (forming and lately closed), shortest timeframe first; all of them are durable.</summary>
    [Alias("GetCandles")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task<ImmutableArray<CandleView>> GetCandles(CancellationToken cancellationToken);

    /// <summary>Returns the instrument's position and counts.</summary>
    [Alias("GetStatus")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task<SymbolStatus> GetStatus(CancellationToken cancellationToken);

    /// <summary>
    /// Returns closings and revisions of candles behind a version, from the warehouse: all that a consumer missed, also while nobody was there to tell it.
    /// </summary>
    /// <param name="above">The version that the consumer has reached; 0 for the oldest.</param>
    /// <param name="timeframe">For example <c>1m</c>, or null for all.</param>
    /// <param name="limit">About how many, 1 to 5,000.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The instrument or the timeframe is unknown, or the limit out of its range.</exception>
    [Alias("GetCandleEvents")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task<CandleEventBatch> GetCandleEvents(long above, string? timeframe, int limit, CancellationToken cancellationToken);

    /// <summary>Tells the observer of closed and revised candles until <see cref="UnsubscribeCandles"/>, or until it was not renewed for two minutes.</summary>
    [Alias("SubscribeCandles")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task SubscribeCandles(ICandleObserver observer);

    /// <summary>Ends a subscription.</summary>
    [Alias("UnsubscribeCandles")]
    [Orleans.Concurrency.AlwaysInterleave]
    Task UnsubscribeCandles(ICandleObserver observer);
}
