using K2.Domain.Trades;

namespace K2.Exchanges;

/// <summary>A trade and its instrument's place in <see cref="IFrameParser.Instruments"/>.</summary>
/// <param name="Slot">Index of the instrument.</param>
/// <param name="Trade">The trade.</param>
public readonly record struct ParsedTrade(int Slot, Trade Trade);
