using System.Buffers.Binary;
using System.IO.Hashing;

namespace K2.Streaming.Embedded;

/// <summary>
/// The 40 bytes in front of each entry in a segment file, little endian: marker, body length, topic id, partition, record count, version of the
/// first record, key length, checksum of the header, checksum of the body. The body is the key in UTF-8 and the payload.
/// </summary>
internal readonly record struct FrameHeader(int TopicId, int Partition, int RecordCount, long FirstVersion, int KeyLength, int BodyLength, ulong BodyHash)
{
    public const int Size = 40;
    public const int MaxBodyLength = 32 << 20;
    public const uint Marker = 0x3152324B; // "K2R1": lets recovery find the next entry behind a damaged one

    private const int ChecksumAt = 28;

    public int FrameLength => Size + BodyLength;

    public static bool TryRead(ReadOnlySpan<byte> source, out FrameHeader header)
    {
        header = default;
        if (source.Length < Size || BinaryPrimitives.ReadUInt32LittleEndian(source) != Marker) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumAt..]) != Checksum(source)) return false;

        header = new FrameHeader(
            BinaryPrimitives.ReadUInt16LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[10..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt16LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[32..]));
        return header.RecordCount > 0 && header.FirstVersion > 0 && header.BodyLength is >= 0 and <= MaxBodyLength && header.KeyLength <= header.BodyLength;
    }

    public void Write(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(target, Marker);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], BodyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(target[8..], (ushort)TopicId);
        BinaryPrimitives.WriteUInt16LittleEndian(target[10..], (ushort)Partition);
        BinaryPrimitives.WriteInt32LittleEndian(target[12..], RecordCount);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], FirstVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(target[24..], (ushort)KeyLength);
        BinaryPrimitives.WriteUInt16LittleEndian(target[26..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(target[32..], BodyHash);
        BinaryPrimitives.WriteUInt32LittleEndian(target[ChecksumAt..], Checksum(target));
    }

    public static ulong HashBody(ReadOnlySpan<byte> body) => XxHash3.HashToUInt64(body);

    // The marker and the checksum's own place are left out.
    private static uint Checksum(ReadOnlySpan<byte> header)
    {
        Span<byte> covered = stackalloc byte[32];
        header[4..ChecksumAt].CopyTo(covered);
        header[32..40].CopyTo(covered[24..]);
        return Crc32.HashToUInt32(covered);
    }
}
