using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace K2.Streaming.Embedded;

/// <summary>
/// The beginning of a segment file: its number, when it was begun, and the table of topics with their epochs. The newest segment's table is the
/// log's metadata, so there is no second file that could disagree with it.
/// </summary>
internal sealed record SegmentHeader(long Number, long CreatedMicroseconds, IReadOnlyList<SegmentTopic> Topics)
{
    private const int Prefix = 24;
    private const int MaxLength = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "K2LOG001"u8;

    public byte[] Encode()
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Number);
            writer.Write(CreatedMicroseconds);
            writer.Write((ushort)Topics.Count);
            foreach (var topic in Topics)
            {
                writer.Write((ushort)topic.Id);
                writer.Write((ushort)topic.Epoch);
                writer.Write(topic.Name);
                writer.Write((ushort)topic.NextVersions.Length);
                foreach (var version in topic.NextVersions) writer.Write(version);
            }
        }

        var bytes = new byte[Prefix + body.Length];
        body.GetBuffer().AsSpan(0, (int)body.Length).CopyTo(bytes.AsSpan(Prefix));
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), bytes.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), XxHash3.HashToUInt64(bytes.AsSpan(Prefix)));
        return bytes;
    }

    /// <summary>Reads the header at the beginning of a file's bytes; returns its length, or 0 if it is not whole.</summary>
    public static int TryDecode(ReadOnlySpan<byte> bytes, out SegmentHeader? header)
    {
        header = null;
        if (bytes.Length < Prefix || !bytes[..8].SequenceEqual(Magic)) return 0;
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (length < Prefix || length > MaxLength || length > bytes.Length) return 0;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]) != XxHash3.HashToUInt64(bytes[Prefix..length])) return 0;

        using var reader = new BinaryReader(new MemoryStream(bytes[Prefix..length].ToArray()), Encoding.UTF8);
        var number = reader.ReadInt64();
        var created = reader.ReadInt64();
        var topics = new SegmentTopic[reader.ReadUInt16()];
        for (var i = 0; i < topics.Length; i++)
        {
            var id = reader.ReadUInt16();
            var epoch = reader.ReadUInt16();
            var name = reader.ReadString();
            var versions = new long[reader.ReadUInt16()];
            for (var p = 0; p < versions.Length; p++) versions[p] = reader.ReadInt64();
            topics[i] = new SegmentTopic(id, name, epoch, versions);
        }

        header = new SegmentHeader(number, created, topics);
        return length;
    }
}
