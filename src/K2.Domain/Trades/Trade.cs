namespace K2.Domain.Trades;

/// <summary>
/// One trade (or one aggregate trade) of an instrument. Its identity is the instrument, <see cref="IdEpoch"/> and <see cref="TradeId"/>.
/// </summary>
public readonly record struct Trade
{
    /// <summary>The exchange's id: the trade id of a single trade, the aggregate's own id of an aggregate.</summary>
    public required long TradeId { get; init; }

    /// <summary>First trade id that the record stands for; equal to <see cref="TradeId"/> for a single trade.</summary>
    public required long FirstTradeId { get; init; }

    /// <summary>Last trade id that the record stands for; equal to <see cref="TradeId"/> for a single trade.</summary>
    public required long LastTradeId { get; init; }

    /// <summary>How often the exchange has restarted its ids for this instrument; 0 at first.</summary>
    public ushort IdEpoch { get; init; }

    /// <summary>Single or aggregate.</summary>
    public required TradeKind Kind { get; init; }

    /// <summary>Price at the instrument's price scale, positive.</summary>
    public required Price Price { get; init; }

    /// <summary>Quantity at the instrument's quantity scale, positive.</summary>
    public required Quantity Quantity { get; init; }

    /// <summary>What the taker did.</summary>
    public required TakerSide Side { get; init; }

    /// <summary>How the trade came in.</summary>
    public required TradeSource Source { get; init; }

    /// <summary>When the exchange says that the trade happened, floored to microseconds.</summary>
    public required Timestamp ExchangeTime { get; init; }

    /// <summary>When the frame was read from the socket; may lie before <see cref="ExchangeTime"/> where clocks differ.</summary>
    public required Timestamp ReceivedTime { get; init; }

    /// <summary>How many trades the record counts for: last − first + 1.</summary>
    public long Count => LastTradeId - FirstTradeId + 1;

    /// <summary>Price × quantity at the sum of both scales, exact.</summary>
    public Int128 QuoteVolume => Math.BigMul(Price.Mantissa, Quantity.Mantissa);
}
