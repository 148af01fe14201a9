using System.Text;

namespace K2.Streaming.Embedded;

/// <summary>Where a group of entries is laid out before it is written at once.</summary>
internal sealed class WriteBuffer(int keep)
{
    private byte[] _bytes = new byte[64 << 10];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Adds an entry and returns its frame's length.</summary>
    public int Add(PartitionLog partition, string key, int recordCount, long version, ReadOnlySpan<byte> payload)
    {
        var keyLength = Encoding.UTF8.GetByteCount(key);
        var bodyLength = keyLength + payload.Length;
        var frameLength = FrameHeader.Size + bodyLength;
        Reserve(frameLength);

        var target = _bytes.AsSpan(Length, frameLength);
        var body = target[FrameHeader.Size..];
        Encoding.UTF8.GetBytes(key, body);
        payload.CopyTo(body[keyLength..]);
        new FrameHeader(partition.TopicId, partition.Partition, recordCount, version, keyLength, bodyLength, FrameHeader.HashBody(body)).Write(target);
        Length += frameLength;
        return frameLength;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > keep) _bytes = new byte[keep];
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - Length >= more) return;
        var larger = new byte[Math.Max(Length + more, (int)Math.Min(_bytes.Length * 2L, Array.MaxLength))];
        _bytes.AsSpan(0, Length).CopyTo(larger);
        _bytes = larger;
    }
}
