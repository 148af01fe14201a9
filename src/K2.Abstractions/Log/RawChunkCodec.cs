using System.Buffers.Binary;
using System.Text;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>
/// The stored form of consecutive frames of one origin in the raw topic: magic 'RF', version, exchange, flags, origin, and for each frame
/// sequence, receive time, length and bytes. One log record is one frame.
/// </summary>
public static class RawChunkCodec
{
    private const byte Version = 1;
    private const int FixedHeader = 8;
    private const int FrameHeader = 20;
    private const byte ReplayFlag = 1;

    /// <summary>Returns the stored form of a chunk.</summary>
    public static byte[] Encode(RawChunk chunk)
    {
        var (origin, frames) = (chunk.Origin, chunk.Frames);
        var originLength = Encoding.UTF8.GetByteCount(origin);
        var size = FixedHeader + originLength;
        for (var i = 0; i < frames.Count; i++) size += FrameHeader + frames[i].Length;

        var bytes = new byte[size];
        bytes[0] = (byte)'R';
        bytes[1] = (byte)'F';
        bytes[2] = Version;
        bytes[3] = (byte)chunk.Exchange;
        bytes[4] = chunk.IsReplay ? ReplayFlag : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), checked((ushort)originLength));
        var at = FixedHeader + Encoding.UTF8.GetBytes(origin, bytes.AsSpan(FixedHeader));
        for (var i = 0; i < frames.Count; i++)
        {
            var frame = frames[i];
            var header = bytes.AsSpan(at, FrameHeader);
            BinaryPrimitives.WriteInt64LittleEndian(header, chunk.Sequences[i]);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], chunk.ReceivedTimes[i].Microseconds);
            BinaryPrimitives.WriteInt32LittleEndian(header[16..], frame.Length);
            frame.Span.CopyTo(bytes.AsSpan(at + FrameHeader));
            at += FrameHeader + frame.Length;
        }

        return bytes;
    }

    /// <summary>Returns the chunk of the stored bytes; its frames share their memory.</summary>
    /// <exception cref="CorruptRecordException">The bytes are damaged or of another version.</exception>
    public static RawChunk Decode(byte[] bytes)
    {
        DamagedRecord.ThrowIf(bytes);
        if (bytes.Length < FixedHeader || bytes[0] != 'R' || bytes[1] != 'F' || bytes[2] != Version) throw new CorruptRecordException($"{bytes.Length} bytes without the header of a raw chunk");

        var at = FixedHeader + BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(6));
        if (at > bytes.Length) throw new CorruptRecordException("a raw chunk ends inside its origin");
        var origin = Encoding.UTF8.GetString(bytes.AsSpan(FixedHeader, at - FixedHeader));
        var sequences = new List<long>();
        var times = new List<Timestamp>();
        var frames = new List<ReadOnlyMemory<byte>>();
        while (at < bytes.Length)
        {
            if (bytes.Length - at < FrameHeader) throw new CorruptRecordException("a raw chunk ends inside a frame's header");
            var header = bytes.AsSpan(at, FrameHeader);
            var length = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
            at += FrameHeader;
            if (length < 0 || length > bytes.Length - at) throw new CorruptRecordException("a raw chunk ends inside a frame");
            sequences.Add(BinaryPrimitives.ReadInt64LittleEndian(header));
            times.Add(new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(header[8..])));
            frames.Add(bytes.AsMemory(at, length));
            at += length;
        }

        return new RawChunk
        {
            Exchange = (Exchange)bytes[3],
            Origin = origin,
            IsReplay = (bytes[4] & ReplayFlag) != 0,
            Sequences = sequences,
            ReceivedTimes = times,
            Frames = frames,
        };
    }
}
