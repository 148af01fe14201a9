using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;

namespace K2.Exchanges.Candles;

/// <summary>How an exchange's REST API gives its own candles, by which the platform's are checked. Pure, like <see cref="ITradeHistory"/>.</summary>
public interface ICandleHistory
{
    /// <summary>The timeframes that the exchange publishes.</summary>
    IReadOnlyList<Timeframe> Timeframes { get; }

    /// <summary>Returns the request for the candles whose window starts in [from, to), as many as one page holds.</summary>
    HistoryQuery Query(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to);

    /// <summary>Reads a page; one that cannot be read is an answer with a problem and never an exception.</summary>
    /// <param name="instrument">The instrument that was asked for.</param>
    /// <param name="timeframe">The timeframe that was asked for.</param>
    /// <param name="from">The page's beginning.</param>
    /// <param name="to">End of the whole range.</param>
    /// <param name="body">The answer's body, of a successful status.</param>
    CandleAnswer Read(Instrument instrument, Timeframe timeframe, Timestamp from, Timestamp to, ReadOnlySpan<byte> body);
}
