namespace K2.Exchanges.Binance;

/// <summary>
/// The fields of a <c>@trade</c> or <c>@aggTrade</c> message as they stand on the wire. Texts are slices of the message.
/// </summary>
internal ref struct BinanceTradeFrame
{
    /// <summary>Whether it is an aggregate trade.</summary>
    public bool IsAggregate;

    /// <summary><c>s</c>: native symbol.</summary>
    public ReadOnlySpan<byte> Symbol;

    /// <summary><c>t</c>, or <c>a</c> of an aggregate: the id.</summary>
    public long Id;

    /// <summary><c>f</c>: first trade id of an aggregate.</summary>
    public long FirstId;

    /// <summary><c>l</c>: last trade id of an aggregate.</summary>
    public long LastId;

    /// <summary><c>p</c>: price as decimal text.</summary>
    public ReadOnlySpan<byte> Price;

    /// <summary><c>q</c>: quantity as decimal text.</summary>
    public ReadOnlySpan<byte> Quantity;

    /// <summary><c>T</c>: when the trade happened, in milliseconds (or microseconds if asked for).</summary>
    public long Time;

    /// <summary><c>m</c>: whether the buyer's order was resting, so that the taker sold.</summary>
    public bool BuyerIsMaker;
}
