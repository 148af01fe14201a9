using System.Collections.Immutable;

namespace K2.Contracts.Symbols;

/// <summary>
/// Reads the stored rows of one instrument, of any age: from the warehouse where it has them, else from the cold tables, each once. The key is the instrument's identifier
/// (<c>binance:BTC/USDT</c>). Any number of calls run at once, on the caller's silo where it can.
/// </summary>
[Alias("k2.IHistoryGrain")]
public interface IHistoryGrain : IGrainWithStringKey
{
    /// <summary>Returns candles by window start; a page that is as long as the limit may have a successor, from the last window's end on.</summary>
    /// <param name="timeframe">1m, 5m, 15m, 30m, 1h or 1d.</param>
    /// <param name="range">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The instrument, the timeframe, the range or the snapshot is none.</exception>
    [Alias("GetCandles")]
    Task<ImmutableArray<CandleView>> GetCandles(string timeframe, HistoryRange range, CancellationToken cancellationToken);

    /// <summary>Returns trades by exchange time and id.</summary>
    /// <param name="range">Which.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArgumentException">The instrument, the range or the snapshot is none.</exception>
    [Alias("GetTrades")]
    Task<ImmutableArray<TradeView>> GetTrades(HistoryRange range, CancellationToken cancellationToken);
}
