using K2.Contracts.Live;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Hosting;

/// <summary>A live grain that a test drives.</summary>
[Alias("k2.tests.ITestLiveGrain")]
public interface ITestLiveGrain : ILiveGrain
{
    [Alias("Publish")]
    Task Publish(LiveEvent liveEvent);

    [Alias("SetLastTrade")]
    Task SetLastTrade(TradeView trade);

    [Alias("SetForming")]
    Task SetForming(CandleView candle);

    [Alias("Observers")]
    Task<int> Observers();

    [Alias("Subscriptions")]
    Task<int> Subscriptions();
}
