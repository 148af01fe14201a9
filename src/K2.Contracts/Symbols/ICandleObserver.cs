namespace K2.Contracts.Symbols;

/// <summary>Is told of closed and revised candles of one instrument as soon as they are durable. A call may be lost: the next one shows it.</summary>
[Alias("k2.ICandleObserver")]
public interface ICandleObserver : IGrainObserver
{
    /// <summary>Takes events; must return at once.</summary>
    [Alias("OnCandles")]
    [Orleans.Concurrency.OneWay]
    Task OnCandles(CandleEventBatch events);
}
