namespace K2.Exchanges.Binance;

/// <summary>How Binance is spoken to.</summary>
public sealed record BinanceOptions
{
    /// <summary>
    /// Whether times on the wire are microseconds. Default false: milliseconds. The endpoint is asked for it by <c>timeUnit=MICROSECOND</c>;
    /// a message in the other unit is rejected, as its time is out of range. Trades that the REST API gives have milliseconds in either case, as
    /// microseconds would need a request header: what is filled in from there then has coarser times than the stream.
    /// </summary>
    public bool MicrosecondTimes { get; init; }
}
