using System.Collections.Immutable;
using Orleans.Concurrency;

namespace K2.Contracts.Verification;

/// <summary>Compares the candles of one exchange's symbols with those that the exchange publishes, on demand and every day. The key is the exchange's name.</summary>
[Alias("k2.IExchangeVerifierGrain")]
public interface IExchangeVerifierGrain : IGrainWithStringKey
{
    /// <summary>Compares one symbol's closed candles.</summary>
    /// <param name="symbol">Canonical symbol, for example <c>BTC/USDT</c>.</param>
    /// <param name="hours">How far back, 1 to 720; of longer timeframes two windows at least.</param>
    [Alias("Verify"), ResponseTimeout("00:05:00")]
    Task<SymbolVerification> Verify(string symbol, int hours);

    /// <summary>Returns the latest outcome of each symbol since the silo started.</summary>
    [Alias("GetLatest"), AlwaysInterleave]
    Task<ImmutableArray<SymbolVerification>> GetLatest();

    /// <summary>Sees to it that all symbols are compared every day.</summary>
    [Alias("Schedule")]
    Task Schedule();
}
