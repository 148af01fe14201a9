using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Domain.Candles;

/// <summary>
/// The open, high, low, close and volume of the trades of one half-open window. Values are absolute: a later version replaces the row.
/// </summary>
public sealed record Candle
{
    /// <summary>The instrument.</summary>
    public required InstrumentId Instrument { get; init; }

    /// <summary>The window's length.</summary>
    public required Timeframe Timeframe { get; init; }

    /// <summary>First moment of the window.</summary>
    public required Timestamp WindowStart { get; init; }

    /// <summary>First moment after the window.</summary>
    public Timestamp WindowEnd => new(WindowStart.Microseconds + Timeframe.LengthMicroseconds());

    /// <summary>Price of the first trade by (exchange time, trade id).</summary>
    public required Price Open { get; init; }

    /// <summary>Highest price.</summary>
    public required Price High { get; init; }

    /// <summary>Lowest price.</summary>
    public required Price Low { get; init; }

    /// <summary>Price of the last trade by (exchange time, trade id).</summary>
    public required Price Close { get; init; }

    /// <summary>Sum of quantities at the instrument's quantity scale.</summary>
    public required Int128 Volume { get; init; }

    /// <summary>Sum of price × quantity at the sum of both scales.</summary>
    public required Int128 QuoteVolume { get; init; }

    /// <summary>Number of trades; an aggregate counts for all that it stands for.</summary>
    public required long TradeCount { get; init; }

    /// <summary>Exchange time of the opening trade.</summary>
    public required Timestamp OpenTime { get; init; }

    /// <summary>Exchange time of the closing trade.</summary>
    public required Timestamp CloseTime { get; init; }

    /// <summary>First trade id of the opening trade.</summary>
    public required long OpenTradeId { get; init; }

    /// <summary>Last trade id of the closing trade.</summary>
    public required long CloseTradeId { get; init; }

    /// <summary>Whether the exchange's time has passed the window's end.</summary>
    public required bool Closed { get; init; }

    /// <summary>Whether every trade of the window is in it.</summary>
    public required Completeness Complete { get; init; }

    /// <summary>How often the values changed after the candle closed.</summary>
    public required int Revision { get; init; }

    /// <summary>The log position up to which the row holds the instrument's trades; of two rows the higher one counts.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>
    /// The exchange time that the log had reached at <see cref="Position"/>: when this could be known. Only rows of a candle's history carry it,
    /// else it is null.
    /// </summary>
    public Timestamp? KnownAt { get; init; }
}
