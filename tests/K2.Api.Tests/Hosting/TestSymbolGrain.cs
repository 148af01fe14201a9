using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Hosting;

/// <summary>Answers for Bitcoin and fails for the rest.</summary>
[GrainType("test-symbol")]
internal sealed class TestSymbolGrain : Grain, ISymbolGrain
{
    public Task<ImmutableArray<CandleView>> GetCandles(CancellationToken cancellationToken) => Task.FromResult(ImmutableArray<CandleView>.Empty);

    public Task<SymbolStatus> GetStatus(CancellationToken cancellationToken) => this.GetPrimaryKeyString() != Samples.Btc.Id.ToString()
        ? throw new InvalidOperationException("no such symbol here")
        : Task.FromResult(new SymbolStatus
        {
            Instrument = this.GetPrimaryKeyString(),
            Position = "1/42",
            Watermark = Samples.Start.ToDateTime(),
            LastTradeId = 5_999,
            IdHoles = 0,
        });
}
