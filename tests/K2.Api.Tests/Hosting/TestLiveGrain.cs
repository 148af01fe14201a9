using System.Collections.Immutable;
using K2.Contracts.Live;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Hosting;

[GrainType("test-live")]
internal sealed class TestLiveGrain : Grain, ITestLiveGrain
{
    private readonly Dictionary<ILiveObserver, ILiveObserver> _observers = [];
    private TradeView? _last;
    private ImmutableArray<CandleView> _forming = [];
    private int _subscriptions;

    public Task Publish(LiveEvent liveEvent) => Task.WhenAll(_observers.Keys.Select(observer => observer.OnEvent(liveEvent)));

    public Task SetLastTrade(TradeView trade)
    {
        _last = trade;
        return Task.CompletedTask;
    }

    public Task SetForming(CandleView candle)
    {
        _forming = [candle];
        return Task.CompletedTask;
    }

    public Task<int> Observers() => Task.FromResult(_observers.Count);

    public Task<int> Subscriptions() => Task.FromResult(_subscriptions);

    public Task Accept(byte[] packedRecords) => Task.CompletedTask;

    public Task<TradeView?> GetLastTrade(CancellationToken cancellationToken) => Task.FromResult(_last);

    public Task<ImmutableArray<CandleView>> GetForming(CancellationToken cancellationToken) => Task.FromResult(_forming);

    public Task Subscribe(ILiveObserver observer)
    {
        _observers[observer] = observer;
        _subscriptions++;
        return Task.CompletedTask;
    }

    public Task Unsubscribe(ILiveObserver observer)
    {
        _observers.Remove(observer);
        return Task.CompletedTask;
    }
}
