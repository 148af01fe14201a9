using K2.Domain;
using K2.Domain.Candles;

namespace K2.Abstractions.Warehouse;

/// <summary>Names one window of an instrument.</summary>
public readonly record struct CandleWindow(Timeframe Timeframe, Timestamp Start);
