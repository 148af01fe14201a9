using K2.Domain.Trades;

namespace K2.Domain.Log;

/// <summary>
/// One record of a symbol's log. Everything that can change a candle is such a record, so that candles are a pure function of the log.
/// Build it with the factory of its kind.
/// </summary>
public readonly record struct LogRecord
{
    /// <summary>What the record says.</summary>
    public RecordKind Kind { get; private init; }

    /// <summary>Whether the record carries a trade.</summary>
    public bool HasTrade => Kind is RecordKind.Trade or RecordKind.RestoredTrade;

    /// <summary>The trade; only where <see cref="HasTrade"/>.</summary>
    public Trade Trade { get; private init; }

    /// <summary>Watermark: the exchange time reached. Gap, rebuild: its first moment. Restart of ids: when it happened.</summary>
    public Timestamp Time { get; private init; }

    /// <summary>Gap, rebuild: the first moment after it.</summary>
    public Timestamp Until { get; private init; }

    /// <summary>Gap: first missing trade id, or −1 if unknown.</summary>
    public long FirstId { get; private init; }

    /// <summary>
    /// Gap: last missing trade id, or −1 if unknown. Watermark: the instrument's last trade id as of <see cref="Time"/> where the exchange's
    /// heartbeat proves that none is missing, else −1.
    /// </summary>
    public long LastId { get; private init; }

    /// <summary>Gap: the id epoch of the missing ids.</summary>
    public ushort IdEpoch { get; private init; }

    /// <summary>Gap: how it was noticed.</summary>
    public GapCause Cause { get; private init; }

    /// <summary>Gap that is given up: why.</summary>
    public GapReason Reason { get; private init; }

    /// <summary>Returns the record of a trade.</summary>
    public static LogRecord OfTrade(in Trade trade) => new() { Kind = RecordKind.Trade, Trade = trade, Time = trade.ExchangeTime, FirstId = -1, LastId = -1 };

    /// <summary>Returns a watermark: every window that ends at or before the time is over.</summary>
    /// <param name="time">Exchange time reached.</param>
    /// <param name="lastTradeId">The last trade id as of that time if a heartbeat proves it, else −1.</param>
    public static LogRecord OfWatermark(Timestamp time, long lastTradeId = -1) => new() { Kind = RecordKind.Watermark, Time = time, FirstId = -1, LastId = lastTradeId };

    /// <summary>Returns the opening of a gap [from, until).</summary>
    public static LogRecord OfGapOpened(Timestamp from, Timestamp until, long firstId = -1, long lastId = -1, ushort idEpoch = 0, GapCause cause = GapCause.Unknown) =>
        new() { Kind = RecordKind.GapOpened, Time = from, Until = until, FirstId = firstId, LastId = lastId, IdEpoch = idEpoch, Cause = cause };

    /// <summary>Returns the closing of all gaps within these ids or, without ids, within these times.</summary>
    public static LogRecord OfGapClosed(Timestamp from, Timestamp until, long firstId = -1, long lastId = -1, ushort idEpoch = 0, GapCause cause = GapCause.Unknown) =>
        new() { Kind = RecordKind.GapClosed, Time = from, Until = until, FirstId = firstId, LastId = lastId, IdEpoch = idEpoch, Cause = cause };

    /// <summary>Returns the giving up of all gaps within these ids or, without ids, within these times.</summary>
    public static LogRecord OfGapGivenUp(Timestamp from, Timestamp until, long firstId, long lastId, ushort idEpoch, GapCause cause, GapReason reason) =>
        new() { Kind = RecordKind.GapGivenUp, Time = from, Until = until, FirstId = firstId, LastId = lastId, IdEpoch = idEpoch, Cause = cause, Reason = reason };

    /// <summary>Returns the raising of the id epoch.</summary>
    public static LogRecord OfTradeIdsRestarted(Timestamp time) => new() { Kind = RecordKind.TradeIdsRestarted, Time = time, FirstId = -1, LastId = -1 };

    /// <summary>Returns the wish that the candles of all windows that overlap [from, until) are derived again from the stored trades.</summary>
    public static LogRecord OfRebuild(Timestamp from, Timestamp until) => new() { Kind = RecordKind.Rebuild, Time = from, Until = until, FirstId = -1, LastId = -1 };

    /// <summary>Returns the record of a trade that was derived again from raw frames.</summary>
    public static LogRecord OfRestoredTrade(in Trade trade) => OfTrade(trade) with { Kind = RecordKind.RestoredTrade };
}
