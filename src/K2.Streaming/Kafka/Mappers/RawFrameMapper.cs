using System.Buffers.Binary;
using Confluent.Kafka;
using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain.Instruments;
using K2.Domain.Log;
using Timestamp = K2.Domain.Timestamp;

namespace K2.Streaming.Kafka.Mappers;

/// <summary>
/// A raw topic's messages: one frame as the exchange sent it, keyed by its connection. The header <c>k2.frame</c> has, little endian, its number within the
/// connection (8 bytes), when it was received (8 bytes, microseconds since 1970 UTC) and 1 or 0 for a replay (1 byte).
/// </summary>
/// <param name="exchange">The exchange of the topic.</param>
public sealed class RawFrameMapper(Exchange exchange) : IRecordMapper
{
    /// <summary>The header beside a frame.</summary>
    public const string FrameHeader = "k2.frame";

    private const int HeaderSize = 17;

    /// <inheritdoc/>
    public void Split(in LogAppend append, ICollection<RecordMessage> messages)
    {
        var chunk = RawChunkCodec.Decode(append.Payload.ToArray());
        if (chunk.Origin != append.Key) throw new ArgumentException($"frames of '{chunk.Origin}' under the key '{append.Key}'", nameof(append));
        for (var i = 0; i < chunk.Frames.Count; i++)
        {
            var header = new byte[HeaderSize];
            BinaryPrimitives.WriteInt64LittleEndian(header, chunk.Sequences[i]);
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), chunk.ReceivedTimes[i].Microseconds);
            header[16] = chunk.IsReplay ? (byte)1 : (byte)0;
            messages.Add(new RecordMessage(chunk.Frames[i], new Headers { { FrameHeader, header } }));
        }
    }

    /// <inheritdoc/>
    public byte[] Join(string key, IReadOnlyList<RecordMessage> messages)
    {
        var (sequences, times, frames, isReplay) = (new long[messages.Count], new Timestamp[messages.Count], new ReadOnlyMemory<byte>[messages.Count], false);
        for (var i = 0; i < frames.Length; i++)
        {
            if (messages[i].Headers is not { } headers || !headers.TryGetLastBytes(FrameHeader, out var header) || header?.Length != HeaderSize)
                throw new CorruptRecordException($"a raw message without the header {FrameHeader}");
            sequences[i] = BinaryPrimitives.ReadInt64LittleEndian(header);
            times[i] = new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(8)));
            isReplay |= header[16] != 0;
            frames[i] = messages[i].Value ?? ReadOnlyMemory<byte>.Empty;
        }

        return RawChunkCodec.Encode(new RawChunk { Exchange = exchange, Origin = key, IsReplay = isReplay, Sequences = sequences, ReceivedTimes = times, Frames = frames });
    }
}
