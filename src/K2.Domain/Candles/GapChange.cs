using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <summary>A gap's new state and the log position that brought it.</summary>
/// <param name="Gap">The gap.</param>
/// <param name="State">Its state.</param>
/// <param name="Position">The position; of one gap the highest holds.</param>
public sealed record GapChange(FeedGap Gap, GapState State, LogPosition Position);
