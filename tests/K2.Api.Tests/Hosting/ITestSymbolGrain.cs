using K2.Contracts.Symbols;

namespace K2.Api.Tests.Hosting;

/// <summary>A symbol's grain whose candle events a test sets.</summary>
[Alias("test.ITestSymbolGrain")]
public interface ITestSymbolGrain : ISymbolGrain
{
    /// <summary>Stores an event; it is not told to anyone.</summary>
    [Alias("Store")]
    Task Store(CandleEvent happened);

    /// <summary>Tells the observers.</summary>
    [Alias("Tell")]
    Task Tell(CandleEventBatch events);

    /// <summary>How many observers there are.</summary>
    [Alias("Observers")]
    Task<int> Observers();

    /// <summary>How often events were asked for.</summary>
    [Alias("Questions")]
    Task<int> Questions();
}
