using System.Buffers.Binary;

namespace K2.Domain.Candles;

/// <summary>Writes numbers in as few bytes as they need: seven bits a byte, lowest first; signed ones with the sign in the lowest bit.</summary>
internal sealed class StateWriter
{
    private byte[] _bytes = new byte[1024];
    private int _length;

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    public void Unsigned(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)((value & 0x7F) | 0x80));
        Byte((byte)value);
    }

    public void Count(int value) => Unsigned((ulong)value);

    public void Signed(long value) => Unsigned(unchecked((ulong)((value << 1) ^ (value >> 63))));

    /// <summary>Writes the distance from a base; it wraps around, so that any two numbers have one.</summary>
    public void Delta(long value, long from) => Signed(unchecked(value - from));

    public void Signed(Int128 value)
    {
        var folded = unchecked((UInt128)((value << 1) ^ (value >> 127)));
        for (; folded >= 0x80; folded >>= 7) Byte((byte)(((byte)(folded & 0x7F)) | 0x80));
        Byte((byte)folded);
    }

    private Span<byte> Take(int count)
    {
        if (_length + count > _bytes.Length) Array.Resize(ref _bytes, _bytes.Length * 2);
        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
