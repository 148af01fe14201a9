using System.Collections.Immutable;
using K2.Contracts.Verification;

namespace K2.Api.Tests.Hosting;

/// <summary>BTC/USDT is equal, everything else has one different candle.</summary>
[GrainType("test-verifier")]
internal sealed class TestVerifierGrain : Grain, IExchangeVerifierGrain
{
    private ImmutableArray<SymbolVerification> _latest = [];

    public Task<SymbolVerification> Verify(string symbol, int hours)
    {
        if (hours == 13) throw new InvalidOperationException("a replay has no exchange to ask");
        var different = symbol == "BTC/USDT" ? 0 : 1;
        var outcome = new SymbolVerification
        {
            Exchange = this.GetPrimaryKeyString(),
            Symbol = symbol,
            At = Samples.Start.ToDateTime(),
            Timeframes = [new TimeframeVerification { Timeframe = "1m", Equal = hours, Different = different, Missing = 0, Incomplete = 2, NotServed = 3, FirstDifference = different == 0 ? "" : "2024-08-08T23:55Z close 1, the exchange has [2]" }],
            Problem = "",
        };
        _latest = [outcome];
        return Task.FromResult(outcome);
    }

    public Task<ImmutableArray<SymbolVerification>> GetLatest() => Task.FromResult(_latest);

    public Task Schedule() => Task.CompletedTask;
}
