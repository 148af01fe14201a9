using System.Buffers.Binary;
using K2.Domain.Log;

namespace K2.Domain.Candles;

/// <summary>Reads what <see cref="StateWriter"/> wrote; anything else is a <see cref="CorruptRecordException"/>.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            if (shift == 63 && part > 1) break;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }

        throw new CorruptRecordException("a number of more than 64 bits");
    }

    /// <summary>Reads a count of items that take at least one byte each, so that damage cannot ask for much memory.</summary>
    public int Count()
    {
        var value = Unsigned();
        return value <= (ulong)_rest.Length ? (int)value : throw new CorruptRecordException($"{value} items in {_rest.Length} bytes");
    }

    public long Signed()
    {
        var folded = Unsigned();
        return unchecked((long)(folded >> 1) ^ -(long)(folded & 1));
    }

    public long Delta(long from) => unchecked(Signed() + from);

    public Int128 SignedInt128()
    {
        UInt128 folded = 0;
        for (var shift = 0; shift < 128; shift += 7)
        {
            var part = Byte();
            if (shift == 126 && part > 3) break;
            folded |= (UInt128)(part & 0x7F) << shift;
            if (part < 0x80) return unchecked((Int128)(folded >> 1) ^ -(Int128)(folded & 1));
        }

        throw new CorruptRecordException("a number of more than 128 bits");
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count) throw new CorruptRecordException("the state ends too early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
