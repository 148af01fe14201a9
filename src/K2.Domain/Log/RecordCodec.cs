using System.Buffers.Binary;
using K2.Domain.Instruments;
using K2.Domain.Trades;

namespace K2.Domain.Log;

/// <summary>
/// The stored form of 1 to N records of one instrument: an 8-byte header (magic 'K2', format version, price scale, quantity scale, 3 bytes
/// record count) and 64 bytes a record, little endian. Fixed width costs disk and saves the time of a variable-length decoder.
/// </summary>
public static class RecordCodec
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderSize = 8;

    /// <summary>Bytes of one record.</summary>
    public const int RecordSize = 64;

    /// <summary>The most records of one batch.</summary>
    public const int MaxRecords = 65_535;

    private const byte Version = 1;

    /// <summary>Returns the stored form of the records.</summary>
    /// <exception cref="ArgumentException">There are no records, or more than <see cref="MaxRecords"/>.</exception>
    public static byte[] Encode(Instrument instrument, ReadOnlySpan<LogRecord> records)
    {
        if (records.IsEmpty || records.Length > MaxRecords) throw new ArgumentException($"a batch holds 1 to {MaxRecords} records, not {records.Length}", nameof(records));

        var bytes = new byte[HeaderSize + (records.Length * RecordSize)];
        bytes[0] = (byte)'K';
        bytes[1] = (byte)'2';
        bytes[2] = Version;
        bytes[3] = (byte)instrument.PriceScale;
        bytes[4] = (byte)instrument.QuantityScale;
        bytes[5] = (byte)(records.Length & 0xFF);
        bytes[6] = (byte)(records.Length >> 8);
        for (var i = 0; i < records.Length; i++) Write(records[i], bytes.AsSpan(HeaderSize + (i * RecordSize), RecordSize));
        return bytes;
    }

    /// <summary>Returns how many records the stored bytes hold, having checked header and length.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged, of another version, or of other scales than the instrument's.</exception>
    public static int Count(Instrument instrument, ReadOnlySpan<byte> bytes)
    {
        DamagedRecord.ThrowIf(bytes);
        if (bytes.Length < HeaderSize + RecordSize || bytes[0] != 'K' || bytes[1] != '2') throw new CorruptRecordException($"{bytes.Length} bytes without the header of a record batch");
        if (bytes[2] != Version) throw new CorruptRecordException($"record format {bytes[2]}, this build reads {Version}");
        if (bytes[3] != instrument.PriceScale || bytes[4] != instrument.QuantityScale)
            throw new CorruptRecordException($"scales {bytes[3]}/{bytes[4]} in the log, {instrument.PriceScale}/{instrument.QuantityScale} in the instruments file for {instrument.Id}");

        var count = bytes[5] | (bytes[6] << 8);
        if (count == 0 || bytes.Length != HeaderSize + (count * RecordSize)) throw new CorruptRecordException($"{count} records announced in {bytes.Length} bytes");
        return count;
    }

    /// <summary>Reads the record at an index below <see cref="Count"/>.</summary>
    /// <exception cref="CorruptRecordException">The record is of an unknown kind.</exception>
    public static LogRecord Read(ReadOnlySpan<byte> bytes, int index)
    {
        var record = bytes.Slice(HeaderSize + (index * RecordSize), RecordSize);
        var a = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        var b = BinaryPrimitives.ReadInt64LittleEndian(record[16..]);
        var c = BinaryPrimitives.ReadInt64LittleEndian(record[24..]);
        var d = BinaryPrimitives.ReadInt64LittleEndian(record[32..]);
        switch ((RecordKind)record[0])
        {
            case RecordKind.Trade:
            case RecordKind.RestoredTrade:
                var trade = new Trade
                {
                    TradeId = a,
                    FirstTradeId = b,
                    LastTradeId = c,
                    IdEpoch = BinaryPrimitives.ReadUInt16LittleEndian(record[4..]),
                    Kind = (TradeKind)record[3],
                    Price = new Price(d),
                    Quantity = new Quantity(BinaryPrimitives.ReadInt64LittleEndian(record[40..])),
                    Side = (TakerSide)record[1],
                    Source = (TradeSource)record[2],
                    ExchangeTime = new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(record[48..])),
                    ReceivedTime = new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(record[56..])),
                };
                return record[0] == (byte)RecordKind.Trade ? LogRecord.OfTrade(trade) : LogRecord.OfRestoredTrade(trade);
            case RecordKind.Watermark: return LogRecord.OfWatermark(new Timestamp(a), d);
            case RecordKind.GapOpened: return LogRecord.OfGapOpened(new Timestamp(a), new Timestamp(b), c, d, BinaryPrimitives.ReadUInt16LittleEndian(record[4..]), (GapCause)record[1]);
            case RecordKind.GapClosed: return LogRecord.OfGapClosed(new Timestamp(a), new Timestamp(b), c, d, BinaryPrimitives.ReadUInt16LittleEndian(record[4..]), (GapCause)record[1]);
            case RecordKind.GapGivenUp:
                return LogRecord.OfGapGivenUp(new Timestamp(a), new Timestamp(b), c, d, BinaryPrimitives.ReadUInt16LittleEndian(record[4..]), (GapCause)record[1], (GapReason)record[2]);
            case RecordKind.Rebuild: return LogRecord.OfRebuild(new Timestamp(a), new Timestamp(b));
            case RecordKind.TradeIdsRestarted: return LogRecord.OfTradeIdsRestarted(new Timestamp(a));
            default: throw new CorruptRecordException($"record kind {record[0]} at index {index}");
        }
    }

    private static void Write(in LogRecord record, Span<byte> bytes)
    {
        bytes[0] = (byte)record.Kind;
        if (record.HasTrade)
        {
            var trade = record.Trade;
            bytes[1] = (byte)trade.Side;
            bytes[2] = (byte)trade.Source;
            bytes[3] = (byte)trade.Kind;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], trade.IdEpoch);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], trade.TradeId);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], trade.FirstTradeId);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], trade.LastTradeId);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], trade.Price.Mantissa);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[40..], trade.Quantity.Mantissa);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[48..], trade.ExchangeTime.Microseconds);
            BinaryPrimitives.WriteInt64LittleEndian(bytes[56..], trade.ReceivedTime.Microseconds);
            return;
        }

        bytes[1] = (byte)record.Cause;
        bytes[2] = (byte)record.Reason;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], record.IdEpoch);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], record.Time.Microseconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], record.Until.Microseconds);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], record.FirstId);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], record.LastId);
    }
}
