namespace K2.Domain.Candles;

/// <summary>Names one window of an instrument.</summary>
public readonly record struct CandleWindow(Timeframe Timeframe, Timestamp Start);
