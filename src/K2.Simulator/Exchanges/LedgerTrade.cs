using K2.Domain;
using K2.Domain.Trades;
using K2.Simulator.Synthetic;

namespace K2.Simulator.Exchanges;

/// <summary>A trade that a simulated exchange made.</summary>
/// <param name="Native">The instrument's WebSocket name.</param>
/// <param name="IdEpoch">How often the ids of the instrument were restarted before.</param>
/// <param name="TradeId">The id.</param>
/// <param name="Price">Price as a whole number of ticks.</param>
/// <param name="Quantity">Quantity as a whole number of its last digit.</param>
/// <param name="TakerBought">Whether the taker bought.</param>
/// <param name="TimeMicroseconds">Exchange time in microseconds since the Unix epoch, as the wire says it.</param>
public sealed record LedgerTrade(string Native, ushort IdEpoch, long TradeId, long Price, long Quantity, bool TakerBought, long TimeMicroseconds)
{
    private const long NanosecondsPerMicrosecond = 1000;

    /// <summary>Exchange time in nanoseconds: Kraken's REST API says it finer than its WebSocket. Trades of one microsecond share it.</summary>
    internal long TimeNanoseconds => (TimeMicroseconds * NanosecondsPerMicrosecond) + new SplitMix((ulong)TimeMicroseconds).Below((int)NanosecondsPerMicrosecond);

    /// <summary>Whether the taker's order was a market order; else it had a limit. Taken from the id, so that all channels agree.</summary>
    internal bool IsMarketOrder => new SplitMix((ulong)TradeId).Below(2) == 0;

    /// <summary>Returns the trade as the platform is to keep it, for instruments whose scales are the simulated digits.</summary>
    public Trade ToTrade() => new()
    {
        TradeId = TradeId,
        FirstTradeId = TradeId,
        LastTradeId = TradeId,
        IdEpoch = IdEpoch,
        Kind = TradeKind.Single,
        Price = new Price(Price),
        Quantity = new Quantity(Quantity),
        Side = TakerBought ? TakerSide.Buy : TakerSide.Sell,
        Source = TradeSource.Simulated,
        ExchangeTime = new Timestamp(TimeMicroseconds),
        ReceivedTime = new Timestamp(TimeMicroseconds),
    };
}
