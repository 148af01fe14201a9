using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Live;

/// <summary>
/// Shows an instrument as it is now: last trade, forming candles, a subscription. It hears of trades after they are durable in the log and
/// before they are in the warehouse, by calls that may be left out: events can be lost or repeated, and say so by their names. The key is the instrument's identifier.
/// </summary>
[Alias("k2.ILiveGrain")]
public interface ILiveGrain : IGrainWithStringKey
{
    /// <summary>Takes records that are durable in the log, as packed by the record codec. The caller keeps one call under way per symbol and leaves out what the grain cannot follow.</summary>
    [Alias("Accept")]
    Task Accept(byte[] packedRecords);

    /// <summary>Returns the last trade by (exchange time, trade id), or null before the first.</summary>
    [Alias("GetLastTrade")]
    Task<TradeView?> GetLastTrade(CancellationToken cancellationToken);

    /// <summary>Returns the forming candle of each timeframe, shortest first.</summary>
    [Alias("GetForming")]
    Task<ImmutableArray<CandleView>> GetForming(CancellationToken cancellationToken);

    /// <summary>Sends live events to the observer until <see cref="Unsubscribe"/>, or until it was not renewed for two minutes.</summary>
    [Alias("Subscribe")]
    Task Subscribe(ILiveObserver observer);

    /// <summary>Ends a subscription.</summary>
    [Alias("Unsubscribe")]
    Task Unsubscribe(ILiveObserver observer);
}
