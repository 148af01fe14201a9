using System.Buffers.Binary;
using System.Text;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;

namespace K2.Streaming.Avro;

/// <summary>
/// One instrument's records in the Confluent wire format: byte 0, the schema's id in four bytes, and the record in Avro's binary encoding by
/// <c>Schemas/trade.v1.avsc</c> or <c>Schemas/control.v1.avsc</c>. Exact, and without allocation beside the result. Thread-safe.
/// </summary>
internal sealed class TradeAvro
{
    /// <summary>Bytes before the Avro record.</summary>
    public const int FrameSize = 5;

    private const int MaxNumber = 10;
    private const int MaxDecimal = 17;
    private const int NumbersOfTrade = 9;
    private const int NumbersOfControl = 8;
    private const long MaxKind = (long)RecordKind.RestoredTrade;
    private readonly Instrument _instrument;
    private readonly byte[] _tradeStart;
    private readonly byte[] _controlStart;
    private readonly int _largestTrade;

    /// <summary>Makes the codec of an instrument.</summary>
    /// <param name="instrument">The instrument.</param>
    /// <param name="ids">The registry's ids of the two schemas.</param>
    public TradeAvro(Instrument instrument, AvroSchemaIds ids)
    {
        _instrument = instrument;
        var exchange = Encoding.UTF8.GetBytes(instrument.Id.Exchange.ToName());
        var symbol = Encoding.UTF8.GetBytes(instrument.Id.Symbol);
        var start = new byte[FrameSize + exchange.Length + symbol.Length + (2 * MaxNumber)];
        var writer = new AvroWriter(start);
        Span<byte> frame = stackalloc byte[FrameSize];
        Frame(frame, ids.Trade);
        writer.Raw(frame);
        writer.Long(exchange.Length);
        writer.Raw(exchange);
        writer.Long(symbol.Length);
        writer.Raw(symbol);
        _tradeStart = start[..writer.Length];
        Frame(frame, ids.Control);
        _controlStart = frame.ToArray();
        _largestTrade = _tradeStart.Length + (NumbersOfTrade * MaxNumber) + (2 * MaxDecimal);
    }

    /// <summary>Returns a trade's message.</summary>
    public byte[] Encode(in Trade trade)
    {
        Span<byte> buffer = stackalloc byte[_largestTrade];
        var writer = new AvroWriter(buffer);
        writer.Raw(_tradeStart);
        writer.Long(trade.TradeId);
        writer.Decimal(ExactDecimal.Widen(trade.Price.Mantissa, _instrument.PriceScale));
        writer.Decimal(ExactDecimal.Widen(trade.Quantity.Mantissa, _instrument.QuantityScale));
        writer.Long((long)trade.Side);
        writer.Long(trade.ExchangeTime.Microseconds);
        writer.Long(trade.ReceivedTime.Microseconds);
        writer.Long(trade.FirstTradeId);
        writer.Long(trade.LastTradeId);
        writer.Long(trade.IdEpoch);
        writer.Long((long)trade.Kind);
        writer.Long((long)trade.Source);
        return buffer[..writer.Length].ToArray();
    }

    /// <summary>Returns the header of a record that is no trade.</summary>
    public byte[] EncodeControl(in LogRecord record)
    {
        Span<byte> buffer = stackalloc byte[FrameSize + (NumbersOfControl * MaxNumber)];
        var writer = new AvroWriter(buffer);
        writer.Raw(_controlStart);
        writer.Long((long)record.Kind);
        writer.Long(record.Time.Microseconds);
        writer.Long(record.Until.Microseconds);
        writer.Long(record.FirstId);
        writer.Long(record.LastId);
        writer.Long(record.IdEpoch);
        writer.Long((long)record.Cause);
        writer.Long((long)record.Reason);
        return buffer[..writer.Length].ToArray();
    }

    /// <summary>Reads a trade's message of our own schema; null if it is of another one.</summary>
    /// <exception cref="CorruptRecordException">It is damaged, of another instrument, or finer than the instruments file allows.</exception>
    public Trade? TryDecode(ReadOnlySpan<byte> message)
    {
        if (!message.StartsWith(_tradeStart.AsSpan(0, FrameSize))) return null;
        var reader = new AvroReader(message);
        if (!reader.TrySkip(_tradeStart)) throw new CorruptRecordException($"a trade of another instrument under the key {_instrument.Id}");
        var id = reader.Long();
        var price = ExactDecimal.Narrow(reader.Decimal("price"), _instrument.PriceScale, "price");
        var quantity = ExactDecimal.Narrow(reader.Decimal("quantity"), _instrument.QuantityScale, "quantity");
        var side = (TakerSide)reader.Long(0, (long)TakerSide.Sell, "side");
        var exchangeTime = new Timestamp(reader.Long());
        var receivedTime = new Timestamp(reader.Long());
        var (first, last) = (reader.Long(), reader.Long());
        var epoch = (ushort)reader.Long(0, ushort.MaxValue, "id_epoch");
        var kind = (TradeKind)reader.Long(0, (long)TradeKind.Aggregate, "kind");
        var source = (TradeSource)reader.Long(0, (long)TradeSource.Simulated, "source");
        if (!reader.IsAtEnd) throw new CorruptRecordException("bytes behind an Avro record");
        return Checked(new Trade
        {
            TradeId = id,
            FirstTradeId = first,
            LastTradeId = last,
            IdEpoch = epoch,
            Kind = kind,
            Price = new Price(price),
            Quantity = new Quantity(quantity),
            Side = side,
            Source = source,
            ExchangeTime = exchangeTime,
            ReceivedTime = receivedTime,
        });
    }

    /// <summary>Reads the header of a record that is no trade; null if it is of another schema.</summary>
    /// <exception cref="CorruptRecordException">It is damaged.</exception>
    public LogRecord? TryDecodeControl(ReadOnlySpan<byte> header)
    {
        var reader = new AvroReader(header);
        if (!reader.TrySkip(_controlStart)) return null;
        var kind = (RecordKind)reader.Long(0, MaxKind, "kind");
        var (time, until) = (new Timestamp(reader.Long()), new Timestamp(reader.Long()));
        var (first, last) = (reader.Long(), reader.Long());
        var epoch = (ushort)reader.Long(0, ushort.MaxValue, "id_epoch");
        var cause = (GapCause)reader.Long(0, (long)GapCause.History, "cause");
        var reason = (GapReason)reader.Long(0, (long)GapReason.NotRequested, "reason");
        if (!reader.IsAtEnd) throw new CorruptRecordException("bytes behind an Avro record");
        return Control(kind, time, until, first, last, epoch, cause, reason);
    }

    /// <summary>Returns a record that is no trade.</summary>
    /// <exception cref="CorruptRecordException">There is none of the kind.</exception>
    public static LogRecord Control(RecordKind kind, Timestamp time, Timestamp until, long first, long last, ushort epoch, GapCause cause, GapReason reason) => kind switch
    {
        RecordKind.Watermark => LogRecord.OfWatermark(time, last),
        RecordKind.GapOpened => LogRecord.OfGapOpened(time, until, first, last, epoch, cause),
        RecordKind.GapClosed => LogRecord.OfGapClosed(time, until, first, last, epoch, cause),
        RecordKind.GapGivenUp => LogRecord.OfGapGivenUp(time, until, first, last, epoch, cause, reason),
        RecordKind.TradeIdsRestarted => LogRecord.OfTradeIdsRestarted(time),
        RecordKind.Rebuild => LogRecord.OfRebuild(time, until),
        _ => throw new CorruptRecordException($"a control record of the kind {kind}"),
    };

    /// <summary>Refuses what no trade can be; other programs may write to a topic too.</summary>
    public static Trade Checked(in Trade trade) =>
        trade.Price.Mantissa > 0 && trade.Quantity.Mantissa > 0 && trade.LastTradeId >= trade.FirstTradeId && trade.Kind != TradeKind.Unknown
            ? trade
            : throw new CorruptRecordException($"trade {trade.TradeId} with price {trade.Price.Mantissa}, quantity {trade.Quantity.Mantissa}, ids {trade.FirstTradeId} to {trade.LastTradeId}, kind {trade.Kind}");

    private static void Frame(Span<byte> target, int schemaId)
    {
        target[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(target[1..], schemaId);
    }
}
