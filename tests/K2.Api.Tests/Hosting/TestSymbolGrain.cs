using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Hosting;

/// <summary>Answers for Bitcoin and fails for the rest.</summary>
[GrainType("test-symbol")]
internal sealed class TestSymbolGrain : Grain, ITestSymbolGrain
{
    private readonly List<CandleEvent> _events = [];
    private readonly HashSet<ICandleObserver> _observers = [];
    private int _questions;

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

    public Task<CandleEventBatch> GetCandleEvents(long above, string? timeframe, int limit, CancellationToken cancellationToken)
    {
        _questions++;
        var rows = _events.Where(happened => happened.Version > above && (timeframe is null || happened.Candle.Timeframe == timeframe)).Take(limit).ToImmutableArray();
        return Task.FromResult(new CandleEventBatch { After = above, UpTo = rows.IsEmpty ? above : rows[^1].Version, Events = rows, HasMore = false });
    }

    public Task SubscribeCandles(ICandleObserver observer)
    {
        _observers.Add(observer);
        return Task.CompletedTask;
    }

    public Task UnsubscribeCandles(ICandleObserver observer)
    {
        _observers.Remove(observer);
        return Task.CompletedTask;
    }

    public Task Store(CandleEvent happened)
    {
        _events.Add(happened);
        return Task.CompletedTask;
    }

    public Task Tell(CandleEventBatch events) => Task.WhenAll(_observers.Select(observer => observer.OnCandles(events)));

    public Task<int> Observers() => Task.FromResult(_observers.Count);

    public Task<int> Questions() => Task.FromResult(_questions);
}
