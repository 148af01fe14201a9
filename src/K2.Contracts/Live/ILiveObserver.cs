namespace K2.Contracts.Live;

/// <summary>Receives live events of one instrument.</summary>
[Alias("k2.ILiveObserver")]
public interface ILiveObserver : IGrainObserver
{
    /// <summary>Takes an event; must return at once.</summary>
    [Alias("OnEvent")]
    [Orleans.Concurrency.OneWay]
    Task OnEvent(LiveEvent liveEvent);
}
