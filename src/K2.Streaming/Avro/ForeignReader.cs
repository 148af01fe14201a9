using System.Numerics;
using Avro;
using Avro.Generic;
using Avro.IO;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Streaming.Avro;

/// <summary>
/// Reads records that were written with another version of our schema, by Avro's rules of schema resolution. Slower than our own codec; it serves
/// records of newer and older versions. Thread-safe.
/// </summary>
internal sealed class ForeignReader
{
    private static readonly Schema OurTrade = Schema.Parse(AvroSchemas.Trade);
    private static readonly Schema OurControl = Schema.Parse(AvroSchemas.Control);
    private readonly GenericDatumReader<GenericRecord> _reader;

    private ForeignReader(GenericDatumReader<GenericRecord> reader) => _reader = reader;

    /// <summary>Makes a reader of what a schema wrote.</summary>
    /// <param name="writer">The writer's schema.</param>
    /// <param name="isControl">Whether it is to be read as a control record, else as a trade.</param>
    /// <exception cref="CorruptRecordException">The schema is none, or cannot be read as ours.</exception>
    public static ForeignReader Of(string writer, bool isControl)
    {
        try
        {
            var (theirs, ours) = (Schema.Parse(writer), isControl ? OurControl : OurTrade);
            if (!ours.CanRead(theirs)) throw new CorruptRecordException($"records of the schema '{theirs.Fullname}' cannot be read as '{ours.Fullname}'");
            return new ForeignReader(new GenericDatumReader<GenericRecord>(theirs, ours));
        }
        catch (AvroException damage)
        {
            throw new CorruptRecordException($"a schema that cannot be used: {damage.Message}");
        }
    }

    /// <summary>Reads a trade.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged, of another instrument, or finer than the instruments file allows.</exception>
    public Trade Trade(ReadOnlySpan<byte> avro, Instrument instrument)
    {
        var record = Read(avro);
        if (Text(record, "exchange") != instrument.Id.Exchange.ToName() || Text(record, "symbol") != instrument.Id.Symbol) throw new CorruptRecordException($"a trade of another instrument under the key {instrument.Id}");
        return TradeAvro.Checked(new Trade
        {
            TradeId = Get<long>(record, "trade_id"),
            FirstTradeId = Get<long>(record, "first_trade_id"),
            LastTradeId = Get<long>(record, "last_trade_id"),
            IdEpoch = Epoch(record),
            Kind = Symbol<TradeKind>(record, "kind"),
            Price = new Price(Mantissa(record, "price", instrument.PriceScale)),
            Quantity = new Quantity(Mantissa(record, "quantity", instrument.QuantityScale)),
            Side = Symbol<TakerSide>(record, "side"),
            Source = Symbol<TradeSource>(record, "source"),
            ExchangeTime = Time(record, "exchange_time"),
            ReceivedTime = Time(record, "received_time"),
        });
    }

    /// <summary>Reads a record that is no trade.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged.</exception>
    public LogRecord Control(ReadOnlySpan<byte> avro)
    {
        var record = Read(avro);
        return TradeAvro.Control(
            Symbol<RecordKind>(record, "kind"), Time(record, "time"), Time(record, "until"), Get<long>(record, "first_id"), Get<long>(record, "last_id"), Epoch(record), Symbol<GapCause>(record, "cause"), Symbol<GapReason>(record, "reason"));
    }

    private GenericRecord Read(ReadOnlySpan<byte> avro)
    {
        try
        {
            using var stream = new MemoryStream(avro.ToArray(), writable: false);
            var record = _reader.Read(null!, new BinaryDecoder(stream));
            return stream.Position == stream.Length ? record : throw new CorruptRecordException("bytes behind an Avro record");
        }
        catch (Exception damage) when (damage is not CorruptRecordException)
        {
            // Whatever the library throws for bytes that are none of the schema's.
            throw new CorruptRecordException($"an Avro record that cannot be read: {damage.Message}");
        }
    }

    private static T Get<T>(GenericRecord record, string name) =>
        record.TryGetValue(name, out var value) && value is T wanted ? wanted : throw new CorruptRecordException($"no {name} in an Avro record");

    private static string Text(GenericRecord record, string name) => Get<string>(record, name);

    private static ushort Epoch(GenericRecord record) =>
        Get<int>(record, "id_epoch") is >= 0 and <= ushort.MaxValue and var epoch ? (ushort)epoch : throw new CorruptRecordException("id_epoch is out of range");

    private static Timestamp Time(GenericRecord record, string name) => Timestamp.From(new DateTimeOffset(DateTime.SpecifyKind(Get<DateTime>(record, name), DateTimeKind.Utc)));

    private static T Symbol<T>(GenericRecord record, string name)
        where T : struct, Enum =>
        Enum.TryParse<T>(Get<GenericEnum>(record, name).Value.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var value) ? value : default;

    private static long Mantissa(GenericRecord record, string name, int scale)
    {
        var value = Get<AvroDecimal>(record, name);
        var unscaled = value.UnscaledValue;
        for (var i = value.Scale; i < ExactDecimal.Scale; i++) unscaled *= 10;
        if (value.Scale > ExactDecimal.Scale || BigInteger.Abs(unscaled) > (BigInteger)Int128.MaxValue) throw new CorruptRecordException($"{name} is out of range");
        return ExactDecimal.Narrow((Int128)unscaled, scale, name);
    }
}
