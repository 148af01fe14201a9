using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Grains.Symbols;

/// <summary>Makes the dead letters of records that a symbol's grain refuses.</summary>
internal static class SymbolDeadLetters
{
    /// <summary>The reason of trades that are too old to correct their candles.</summary>
    public const string BeyondHorizonReason = "beyond-horizon";

    /// <summary>
    /// Returns the letter of a trade whose id is known with other content. Its key is the instrument and the refused content, so that the same
    /// conflict met again is one row and another one a second row.
    /// </summary>
    public static DeadLetter Conflict(Instrument instrument, LogPosition position, in Trade refused, in Trade kept)
    {
        var content = Describe(instrument, refused);
        return OfTrade(
            instrument, refused, content, "id-conflict", $"trade {refused.TradeId} came as {content} at log position {position}, but is kept as {Describe(instrument, kept)}");
    }

    /// <summary>
    /// Returns the letter of a trade that is too old to correct its candles. The original is the record as the log packs it: replayed, or read by
    /// <see cref="RecordCodec"/>, it is the trade again.
    /// </summary>
    public static DeadLetter BeyondHorizon(Instrument instrument, LogPosition position, in Trade refused) => OfTrade(
        instrument, refused, Describe(instrument, refused), BeyondHorizonReason, $"trade {refused.TradeId} of {refused.ExchangeTime} came at log position {position}, when the trades of its day need no longer be there to rebuild its candles");

    /// <summary>Returns the letter of a log entry that cannot be read.</summary>
    public static DeadLetter Corrupt(Instrument instrument, PackedRecords entry, CorruptRecordException damage)
    {
        var original = DamagedRecord.OriginalOf(entry.Payload);
        return new DeadLetter
        {
            Exchange = instrument.Id.Exchange,
            Origin = $"log:{instrument.Id}",
            Sequence = entry.FirstVersion,
            Reason = "corrupt-log-entry",
            Detail = damage.Message,
            ReceivedTime = default,
            Original = original,
            OriginalLength = original.Length,
        };
    }

    /// <summary>Returns the letter of a trade of the kind that the instrument does not take: single and aggregate trades are never mixed.</summary>
    public static DeadLetter OtherKind(Instrument instrument, LogPosition position, in Trade refused) => OfTrade(
        instrument, refused, $"{refused.Kind}", "other-trade-kind", $"{refused.Kind} trade {refused.TradeId} at log position {position}, but the instruments file takes {instrument.TradeKind} trades of {instrument.Id}");

    private static DeadLetter OfTrade(Instrument instrument, in Trade refused, string which, string reason, string detail) => new()
    {
        Exchange = instrument.Id.Exchange,
        Origin = $"{instrument.Id} {which}",
        Sequence = refused.TradeId,
        Reason = reason,
        Detail = detail,
        ReceivedTime = refused.ReceivedTime,
        Original = RecordCodec.Encode(instrument, [LogRecord.OfTrade(refused)]),
        OriginalLength = RecordCodec.HeaderSize + RecordCodec.RecordSize,
    };

    private static string Describe(Instrument instrument, in Trade trade) =>
        $"{FixedPoint.Format(trade.Price.Mantissa, instrument.PriceScale)} x {FixedPoint.Format(trade.Quantity.Mantissa, instrument.QuantityScale)} at {trade.ExchangeTime}";
}
