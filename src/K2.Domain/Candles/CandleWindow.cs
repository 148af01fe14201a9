namespace K2.Domain.Candles;

/// <summary>Names one window of an instrument.</summary>
/// <param name="Timeframe">The window's length.</param>
/// <param name="Start">First moment of the window.</param>
public readonly record struct CandleWindow(Timeframe Timeframe, Timestamp Start);
