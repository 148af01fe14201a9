using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Collections.Frozen;
using Confluent.Kafka;
using K2.Abstractions.Log;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Streaming.Avro;
using K2.Streaming.SchemaRegistry;

namespace K2.Streaming.Kafka.Mappers;

/// <summary>
/// A trade topic's messages: a trade is one Avro record by <c>Schemas/trade.v1.avsc</c>; any other record has no value and stands in the header
/// <c>k2.control</c>, so that readers of trades, ClickHouse's AvroConfluent among them, step over it.
/// </summary>
/// <param name="instruments">The instruments; their ids are the keys.</param>
/// <param name="ids">The registry's numbers of our schemas.</param>
/// <param name="schemas">Finds the schemas of others; null where there is no registry.</param>
public sealed class TradeRecordMapper(InstrumentTable instruments, AvroSchemaIds ids, ISchemaLookup? schemas) : IRecordMapper
{
    /// <summary>The header of a record that is no trade.</summary>
    public const string ControlHeader = "k2.control";

    /// <summary>
    /// The header of a trade that was derived again from raw frames. Other readers, and versions before it, see a repeat of a known trade.
    /// </summary>
    public const string RestoredHeader = "k2.restored";

    // Schemas change once in months; a topic full of made-up numbers must not fill memory.
    private const int MaxForeign = 256;
    private readonly FrozenDictionary<string, (Instrument Instrument, TradeAvro Avro)> _codecs = instruments.All.ToFrozenDictionary(instrument => instrument.Id.ToString(), instrument => (instrument, new TradeAvro(instrument, ids)), StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(int Id, bool IsControl), ForeignReader> _foreign = new();

    /// <inheritdoc/>
    public void Split(in LogAppend append, ICollection<RecordMessage> messages)
    {
        if (!_codecs.TryGetValue(append.Key, out var codec)) throw new ArgumentException($"no instrument '{append.Key}' in the instruments file", nameof(append));
        var payload = append.Payload.Span;
        var count = RecordCodec.Count(codec.Instrument, payload);
        for (var i = 0; i < count; i++)
        {
            var record = RecordCodec.Read(payload, i);
            messages.Add(record.HasTrade
                ? new RecordMessage(codec.Avro.Encode(record.Trade), record.Kind == RecordKind.Trade ? null : new Headers { { RestoredHeader, [] } })
                : new RecordMessage(null, new Headers { { ControlHeader, codec.Avro.EncodeControl(record) } }));
        }
    }

    /// <inheritdoc/>
    public byte[] Join(string key, IReadOnlyList<RecordMessage> messages)
    {
        if (!_codecs.TryGetValue(key, out var codec)) throw new CorruptRecordException($"no instrument '{key}' in the instruments file");
        var records = ArrayPool<LogRecord>.Shared.Rent(messages.Count);
        try
        {
            for (var i = 0; i < messages.Count; i++) records[i] = Read(messages[i], codec.Instrument, codec.Avro);
            return RecordCodec.Encode(codec.Instrument, records.AsSpan(0, messages.Count));
        }
        finally
        {
            ArrayPool<LogRecord>.Shared.Return(records);
        }
    }

    private LogRecord Read(in RecordMessage message, Instrument instrument, TradeAvro avro)
    {
        if (message.Value is not { } value)
        {
            if (message.Headers is null || !message.Headers.TryGetLastBytes(ControlHeader, out var header) || header is null) throw new CorruptRecordException("a message without value and control header");
            return avro.TryDecodeControl(header) ?? Foreign(header, isControl: true).Control(header.AsSpan(TradeAvro.FrameSize));
        }

        var span = value.Span;
        var read = avro.TryDecode(span) is { } trade ? trade : Foreign(span, isControl: false).Trade(span[TradeAvro.FrameSize..], instrument);
        return message.Headers is not null && message.Headers.TryGetLastBytes(RestoredHeader, out _) ? LogRecord.OfRestoredTrade(read) : LogRecord.OfTrade(read);
    }

    private ForeignReader Foreign(ReadOnlySpan<byte> message, bool isControl)
    {
        if (message.Length < TradeAvro.FrameSize || message[0] != 0) throw new CorruptRecordException($"{message.Length} bytes that do not begin with a schema's number");
        var id = BinaryPrimitives.ReadInt32BigEndian(message[1..]);
        if (_foreign.TryGetValue((id, isControl), out var known)) return known;
        var text = schemas?.Find(id) ?? throw new CorruptRecordException($"the schema {id} is not known to the schema registry");
        var reader = ForeignReader.Of(text, isControl);
        if (_foreign.Count < MaxForeign) _foreign[(id, isControl)] = reader;
        return reader;
    }
}
