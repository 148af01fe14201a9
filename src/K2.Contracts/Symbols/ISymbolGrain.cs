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
}
