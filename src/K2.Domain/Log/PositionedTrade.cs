using K2.Domain.Trades;

namespace K2.Domain.Log;

/// <summary>A trade and the log position it was first seen at.</summary>
public readonly record struct PositionedTrade(LogPosition Position, Trade Trade);
