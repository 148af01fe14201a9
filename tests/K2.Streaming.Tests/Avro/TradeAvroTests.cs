using System.Globalization;
using System.Text;
using System.Text.Json;
using Avro;
using Avro.Generic;
using Avro.IO;
using CsCheck;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Streaming.Avro;

namespace K2.Streaming.Tests.Avro;

/// <summary>Our codec against Apache's library, both ways, and against damage.</summary>
public sealed class TradeAvroTests
{
    private static readonly Instrument Btc = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 8, 8);
    private static readonly Instrument Fine = new(InstrumentId.Create(Exchange.Kraken, "SHIB/USD"), "SHIB/USD", "SHIB", "USD", 10, 0);
    private static readonly AvroSchemaIds Ids = new(7, 0x01020304);
    private static readonly RecordSchema TradeSchema = (RecordSchema)Schema.Parse(AvroSchemas.Trade);
    private static readonly RecordSchema ControlSchema = (RecordSchema)Schema.Parse(AvroSchemas.Control);

    private static readonly Gen<long> Microseconds = Gen.Long[0, 4_102_444_800_000_000];
    private static readonly Gen<Trade> Trades = Gen.Select(Gen.Long, Gen.Long[1, long.MaxValue], Gen.Long[1, long.MaxValue], Gen.Int[0, 2], Microseconds, Gen.UShort, Gen.Int[1, 2], Gen.Int[0, 5])
        .Select((id, price, quantity, side, time, epoch, kind, source) => new Trade
        {
            TradeId = id,
            FirstTradeId = id,
            LastTradeId = kind == 1 ? id : Math.Max(id, id / 2),
            IdEpoch = epoch,
            Kind = (TradeKind)kind,
            Price = new Price(price),
            Quantity = new Quantity(quantity),
            Side = (TakerSide)side,
            Source = (TradeSource)source,
            ExchangeTime = new Timestamp(time),
            ReceivedTime = new Timestamp(time / 2),
        }).Where(trade => trade.LastTradeId >= trade.FirstTradeId);

    private static readonly Gen<LogRecord> Controls = Gen.Select(Microseconds, Microseconds, Gen.Long, Gen.Long, Gen.UShort, Gen.Int[0, 5], Gen.Int[0, 4], Gen.Int[0, 5]).Select((time, until, first, last, epoch, cause, reason, kind) => kind switch
    {
        0 => LogRecord.OfWatermark(new Timestamp(time), last),
        1 => LogRecord.OfGapOpened(new Timestamp(time), new Timestamp(until), first, last, epoch, (GapCause)cause),
        2 => LogRecord.OfGapClosed(new Timestamp(time), new Timestamp(until), first, last, epoch, (GapCause)cause),
        3 => LogRecord.OfGapGivenUp(new Timestamp(time), new Timestamp(until), first, last, epoch, (GapCause)cause, (GapReason)reason),
        4 => LogRecord.OfRebuild(new Timestamp(time), new Timestamp(until)),
        _ => LogRecord.OfTradeIdsRestarted(new Timestamp(time)),
    });

    [Fact]
    public void Trade_AnyValues_AreReadByApacheAvroAndByUs() => Gen.Select(Trades, Gen.Bool).Sample((trade, fine) =>
    {
        var instrument = fine ? Fine : Btc;
        var codec = new TradeAvro(instrument, Ids);
        var bytes = codec.Encode(trade);
        var record = Read(TradeSchema, bytes);

        return bytes is [0, 0, 0, 0, 7, ..] && codec.TryDecode(bytes) == trade
            && (string)record["exchange"] == instrument.Id.Exchange.ToName() && (string)record["symbol"] == instrument.Id.Symbol && (long)record["trade_id"] == trade.TradeId
            && Plain((AvroDecimal)record["price"]) == Plain(trade.Price.Mantissa, instrument.PriceScale) && Plain((AvroDecimal)record["quantity"]) == Plain(trade.Quantity.Mantissa, instrument.QuantityScale)
            && Is(record, "side", trade.Side) && Timestamp.From((DateTime)record["exchange_time"]) == trade.ExchangeTime && Timestamp.From((DateTime)record["received_time"]) == trade.ReceivedTime
            && (int)record["id_epoch"] == trade.IdEpoch && Is(record, "kind", trade.Kind) && Is(record, "source", trade.Source);
    });

    [Fact]
    public void Control_AnyValues_AreReadByApacheAvroAndByUs() => Controls.Sample(control =>
    {
        var codec = new TradeAvro(Btc, Ids);
        var bytes = codec.EncodeControl(control);
        var record = Read(ControlSchema, bytes);

        return bytes is [0, 1, 2, 3, 4, ..] && codec.TryDecodeControl(bytes) == control
            && Is(record, "kind", control.Kind) && (long)record["last_id"] == control.LastId
            && Is(record, "reason", control.Reason);
    });

    [Fact]
    public void Trade_WrittenByApacheAvro_IsReadByUs() => Trades.Sample(trade =>
    {
        var codec = new TradeAvro(Btc, Ids);
        var ours = codec.Encode(trade);
        using var stream = new MemoryStream();
        stream.Write(ours.AsSpan(0, TradeAvro.FrameSize));
        new GenericDatumWriter<GenericRecord>(TradeSchema).Write(Read(TradeSchema, ours), new BinaryEncoder(stream));

        return codec.TryDecode(stream.ToArray()) == trade && stream.ToArray().AsSpan().SequenceEqual(ours);
    });

    [Fact]
    public void AnyDamage_IsReadOrReportedAsCorrupt() => Gen.Select(Trades, Controls, Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 200]).Sample((trade, control, at, value, cut) =>
    {
        var codec = new TradeAvro(Btc, Ids);
        foreach (var bytes in new[] { codec.Encode(trade), codec.EncodeControl(control) })
        {
            bytes[at % bytes.Length] = value;
            foreach (var part in new[] { bytes, bytes[..(cut % bytes.Length)] })
            {
                try
                {
                    _ = codec.TryDecode(part);
                    _ = codec.TryDecodeControl(part);
                }
                catch (CorruptRecordException)
                {
                    // The only way to refuse.
                }
            }
        }
    });

    [Fact]
    public void Decode_FinerThanTheInstrumentsFile_IsRefusedAndNeverRounded()
    {
        var written = new TradeAvro(Btc, Ids).Encode(Some(new Price(1)));
        var reads = new TradeAvro(Btc with { PriceScale = 7 }, Ids);

        var refused = Assert.Throws<CorruptRecordException>(() => reads.TryDecode(written));

        Assert.Equal("price has more than 7 digits, which the instruments file allows", refused.Message);
        Assert.Equal(1, reads.TryDecode(new TradeAvro(Btc, Ids).Encode(Some(new Price(10))))!.Value.Price.Mantissa);
    }

    [Fact]
    public void Decode_AnotherInstrumentOrSchema_IsTold()
    {
        var written = new TradeAvro(Btc, Ids).Encode(Some(new Price(10)));

        Assert.Contains("another instrument", Assert.Throws<CorruptRecordException>(() => new TradeAvro(Fine, Ids).TryDecode(written)).Message, StringComparison.Ordinal);
        Assert.Null(new TradeAvro(Btc, new AvroSchemaIds(8, 9)).TryDecode(written));
    }

    [Fact]
    public void Schemas_EnumsHaveTheSymbolsOfTheStoredValuesInOrder()
    {
        Assert.Equal(Symbols<TakerSide>(), Symbols(TradeSchema, "side"));
        Assert.Equal(Symbols<TradeKind>(), Symbols(TradeSchema, "kind"));
        Assert.Equal(Symbols<TradeSource>(), Symbols(TradeSchema, "source"));
        Assert.Equal(Symbols<RecordKind>(), Symbols(ControlSchema, "kind"));
        Assert.Equal(Symbols<GapCause>(), Symbols(ControlSchema, "cause"));
        Assert.Equal(Symbols<GapReason>(), Symbols(ControlSchema, "reason"));
    }

    [Fact]
    public void Schemas_EveryFieldSaysWhatItMeans()
    {
        foreach (var field in new[] { AvroSchemas.Trade, AvroSchemas.Control }.SelectMany(text => JsonDocument.Parse(text).RootElement.GetProperty("fields").EnumerateArray().ToList()))
            Assert.True(field.GetProperty("doc").GetString()!.Length > 5, field.GetProperty("name").GetString());
    }

    private static Trade Some(Price price) => new()
    {
        TradeId = 5,
        FirstTradeId = 5,
        LastTradeId = 5,
        Kind = TradeKind.Single,
        Price = price,
        Quantity = new Quantity(3),
        Side = TakerSide.Buy,
        Source = TradeSource.Live,
        ExchangeTime = new Timestamp(9),
        ReceivedTime = new Timestamp(10),
    };

    private static GenericRecord Read(RecordSchema schema, byte[] message) =>
        new GenericDatumReader<GenericRecord>(schema, schema).Read(null!, new BinaryDecoder(new MemoryStream(message[TradeAvro.FrameSize..])));

    private static bool Is<T>(GenericRecord record, string field, T value)
        where T : struct, Enum => ((GenericEnum)record[field]).Value.Replace("_", "", StringComparison.Ordinal).Equals(value.ToString(), StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Symbols(RecordSchema schema, string field) => ((EnumSchema)schema[field].Schema).Symbols.Select(symbol => symbol.Replace("_", "", StringComparison.Ordinal));

    private static IEnumerable<string> Symbols<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(name => name.ToUpperInvariant());

    private static string Plain(AvroDecimal value) => Plain((Int128)value.UnscaledValue, value.Scale);

    private static string Plain(Int128 mantissa, int scale)
    {
        var digits = mantissa.ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = new StringBuilder(digits).Insert(digits.Length - scale, ".").ToString();
        return text.TrimEnd('0').TrimEnd('.');
    }
}
