using System.Collections.Immutable;
using K2.Contracts.Symbols;

namespace K2.Contracts.Live;

/// <summary>What changed of an instrument: not durable, may repeat or miss trades. Closed candles to rely on come from the warehouse.</summary>
[GenerateSerializer, Immutable, Alias("k2.LiveEvent")]
public sealed record LiveEvent
{
    /// <summary>Trades in the order received.</summary>
    [Id(0)] public required ImmutableArray<TradeView> Trades { get; init; }

    /// <summary>The changed candles of all timeframes, as they are after the trades.</summary>
    [Id(1)] public required ImmutableArray<CandleView> Candles { get; init; }

    /// <summary>
    /// Rises by one with each event of an activation, from the activation's time in microseconds on, so that a later activation counts above an
    /// earlier one: a jump means that events were lost on the way. One-way calls may arrive in any order; the client puts them back.
    /// </summary>
    [Id(2)] public required long Sequence { get; init; }
}
