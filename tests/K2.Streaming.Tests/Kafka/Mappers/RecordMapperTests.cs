using System.Text;
using System.Text.Json.Nodes;
using Avro.Generic;
using Avro.IO;
using CsCheck;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Streaming.Avro;
using K2.Streaming.Kafka;
using K2.Streaming.Kafka.Mappers;
using K2.Streaming.SchemaRegistry;
using K2.TestKit.SchemaRegistry;

namespace K2.Streaming.Tests.Kafka.Mappers;

/// <summary>What stands in Kafka's topics, and back.</summary>
public sealed class RecordMapperTests
{
    private static readonly Instrument Btc = new(InstrumentId.Create(Exchange.Binance, "BTC/USDT"), "BTCUSDT", "BTC", "USDT", 8, 8);
    private static readonly TradeRecordMapper Plain = new(new InstrumentTable([Btc]), new AvroSchemaIds(1, 2), null);

    [Fact]
    public void Trades_AnyPartOfAnAppend_ComesBackAsItWas() => Gen.Select(Gen.Int[0, 7].List[1, 30], Gen.Int[0, 29], Gen.Int[1, 30]).Sample((kinds, start, length) =>
    {
        var records = kinds.Select(Record).ToArray();
        var messages = new List<RecordMessage>();
        Plain.Split(new LogAppend("trades", Btc.Id.ToString(), records.Length, RecordCodec.Encode(Btc, records)), messages);
        start %= records.Length;
        length = Math.Min(length, records.Length - start);

        var payload = Plain.Join(Btc.Id.ToString(), messages.GetRange(start, length));

        return messages.Count == records.Length && payload.AsSpan().SequenceEqual(RecordCodec.Encode(Btc, records.AsSpan(start, length)))
            && messages.Zip(records).All(pair => pair.First.Value is null == !pair.Second.HasTrade && pair.First.Headers is null == (pair.Second.Kind == RecordKind.Trade));
    });

    [Theory]
    [InlineData("")]
    [InlineData("kraken:BTC/USDT")]
    [InlineData("\u0000\u0001")]
    public void Trades_UnknownKey_IsRefused(string key)
    {
        var payload = RecordCodec.Encode(Btc, [Record(0)]);
        Assert.Throws<ArgumentException>(() => Plain.Split(new LogAppend("trades", key, 1, payload), []));
        Assert.Throws<CorruptRecordException>(() => Plain.Join(key, [new RecordMessage(payload, null)]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"price\": 1}")]
    [InlineData("\u0000\u0000\u0000\u0000\u0009rest")]
    [InlineData("\u0000\u0000\u0000\u0000\u0001rest")]
    public void Trades_BytesOfOthers_AreCorrupt(string value) => Assert.Throws<CorruptRecordException>(() => Plain.Join(Btc.Id.ToString(), [new RecordMessage(Encoding.Latin1.GetBytes(value), null)]));

    [Fact]
    public void Trades_MessageWithoutValueAndHeader_IsCorrupt() => Assert.Throws<CorruptRecordException>(() => Plain.Join(Btc.Id.ToString(), [new RecordMessage(null, null)]));

    [Fact]
    public void Trades_OfANewerSchema_AreReadByResolution()
    {
        // The next version adds a field with a default and reorders two.
        var next = JsonNode.Parse(AvroSchemas.Trade)!;
        var fields = next["fields"]!.AsArray();
        fields.Insert(0, JsonNode.Parse("""{"name":"venue_note","type":["null","string"],"default":null,"doc":"new in version 2"}"""));
        var moved = fields[^1]!;
        fields.RemoveAt(fields.Count - 1);
        fields.Insert(1, moved);
        using var stub = new SchemaRegistryStub();
        var id = stub.Add("trades-value", next.ToJsonString());
        using var registry = new SchemaRegistryClient(new SchemaRegistryOptions { Address = new Uri("http://registry") }, TimeProvider.System, stub);
        var mapper = new TradeRecordMapper(new InstrumentTable([Btc]), new AvroSchemaIds(77, 78), registry);
        var trade = Record(0).Trade;
        var schema = (global::Avro.RecordSchema)global::Avro.Schema.Parse(next.ToJsonString());
        var ours = new GenericDatumReader<GenericRecord>(global::Avro.Schema.Parse(AvroSchemas.Trade), global::Avro.Schema.Parse(AvroSchemas.Trade)).Read(null!, new BinaryDecoder(new MemoryStream(Message(trade)[5..])));
        var record = new GenericRecord(schema);
        foreach (var field in ours.Schema.Fields) record.Add(field.Name, ours[field.Name] is GenericEnum symbol ? new GenericEnum((global::Avro.EnumSchema)schema[field.Name].Schema, symbol.Value) : ours[field.Name]);
        record.Add("venue_note", "dark pool");
        using var stream = new MemoryStream();
        stream.Write([0, 0, 0, 0, (byte)id]);
        new GenericDatumWriter<GenericRecord>(schema).Write(record, new BinaryEncoder(stream));

        var payload = mapper.Join(Btc.Id.ToString(), [new RecordMessage(stream.ToArray(), null), new RecordMessage(stream.ToArray(), null)]);

        Assert.Equal(trade, RecordCodec.Read(payload, 1).Trade);
        Assert.Single(stub.Requests);
    }

    [Fact]
    public void Trades_OfASchemaThatIsNoTrade_AreCorruptAndThoseOfAnUnknownOneToo()
    {
        using var stub = new SchemaRegistryStub();
        stub.Add("trades-value", """{"type":"record","name":"Trade","namespace":"k2.market","fields":[{"name":"exchange","type":"string"}]}""");
        using var registry = new SchemaRegistryClient(new SchemaRegistryOptions { Address = new Uri("http://registry") }, TimeProvider.System, stub);
        var mapper = new TradeRecordMapper(new InstrumentTable([Btc]), new AvroSchemaIds(77, 78), registry);

        Assert.Throws<CorruptRecordException>(() => mapper.Join(Btc.Id.ToString(), [new RecordMessage(new byte[] { 0, 0, 0, 0, 1, 2, 65 }, null)]));
        Assert.Equal("the schema 9 is not known to the schema registry", Assert.Throws<CorruptRecordException>(() => mapper.Join(Btc.Id.ToString(), [new RecordMessage(new byte[] { 0, 0, 0, 0, 9, 2, 65 }, null)])).Message);
    }

    [Fact]
    public void RawFrames_AnyPartOfAChunk_ComesBackAsItWas() => Gen.Select(Gen.Byte.Array[0, 40].List[1, 10], Gen.Bool, Gen.Int[0, 9]).Sample((frames, isReplay, start) =>
    {
        var mapper = new RawFrameMapper(Exchange.Kraken);
        var chunk = Chunk(frames, isReplay, 0);
        var messages = new List<RecordMessage>();
        mapper.Split(new LogAppend("raw", "connection", frames.Count, RawChunkCodec.Encode(chunk)), messages);
        start %= frames.Count;

        var payload = mapper.Join("connection", messages.GetRange(start, frames.Count - start));

        return payload.AsSpan().SequenceEqual(RawChunkCodec.Encode(Chunk([.. frames.Skip(start)], isReplay, start))) && messages[start].Value!.Value.Span.SequenceEqual(frames[start]);
    });

    [Fact]
    public void DeadLetters_AnyPart_ComeBackAsTheyWereWithTheOriginalBytesAsValue()
    {
        var letters = Enumerable.Range(0, 3).Select(i => new DeadLetter
        {
            Exchange = Exchange.Coinbase,
            Origin = "c ö",
            Sequence = -i,
            Reason = "broken-json",
            Detail = "it \"ends\" early",
            ReceivedTime = new Timestamp(123 + i),
            Original = new byte[] { 0, 255, (byte)i },
            OriginalLength = 70_000,
        }).ToList();
        var mapper = new DeadLetterMapper();
        var messages = new List<RecordMessage>();
        mapper.Split(new LogAppend("dlq", "c", 3, DeadLetterCodec.Encode(letters)), messages);

        Assert.Equal(DeadLetterCodec.Encode(letters[1..]), mapper.Join("c", messages[1..]));
        Assert.Equal([0, 255, 2], messages[2].Value!.Value.ToArray());
        Assert.Throws<CorruptRecordException>(() => mapper.Join("c", [new RecordMessage(new byte[1], null)]));
    }

    private static byte[] Message(Trade trade)
    {
        var messages = new List<RecordMessage>();
        Plain.Split(new LogAppend("trades", Btc.Id.ToString(), 1, RecordCodec.Encode(Btc, [LogRecord.OfTrade(trade)])), messages);
        return messages[0].Value!.Value.ToArray();
    }

    private static LogRecord Record(int kind) => kind switch
    {
        0 or 1 => LogRecord.OfTrade(new Trade
        {
            TradeId = 5 + kind,
            FirstTradeId = 5,
            LastTradeId = 5 + kind,
            Kind = TradeKind.Single,
            Price = new Price(6_183_763_000_000),
            Quantity = new Quantity(3 + kind),
            Side = TakerSide.Sell,
            Source = TradeSource.Live,
            ExchangeTime = new Timestamp(1_723_161_255_342_000),
            ReceivedTime = new Timestamp(1_723_161_255_342_123),
        }),
        2 => LogRecord.OfWatermark(new Timestamp(9), 3),
        3 => LogRecord.OfGapOpened(new Timestamp(1), new Timestamp(2), 3, 4, 5, GapCause.Reconnect),
        4 => LogRecord.OfGapGivenUp(new Timestamp(1), new Timestamp(2), 3, 4, 5, GapCause.Reconnect, GapReason.TooLarge),
        5 => LogRecord.OfTradeIdsRestarted(new Timestamp(7)),
        6 => LogRecord.OfRestoredTrade(Record(0).Trade),
        _ => LogRecord.OfRebuild(new Timestamp(1), new Timestamp(2)),
    };

    private static RawChunk Chunk(IReadOnlyList<byte[]> frames, bool isReplay, int first) => new()
    {
        Exchange = Exchange.Kraken,
        Origin = "connection",
        IsReplay = isReplay,
        Sequences = [.. frames.Select((_, i) => (long)(first + i))],
        ReceivedTimes = [.. frames.Select((_, i) => new Timestamp(1000 + first + i))],
        Frames = [.. frames.Select(frame => (ReadOnlyMemory<byte>)frame)],
    };
}
