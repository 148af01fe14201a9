using System.Buffers.Binary;

namespace K2.Streaming.Avro;

/// <summary>Writes values in Avro's binary encoding (Avro specification, "Binary Encoding") into memory that is large enough.</summary>
internal ref struct AvroWriter(Span<byte> target)
{
    private const int MaxVarint = 10;
    private readonly Span<byte> _target = target;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Writes an int, a long or the index of an enum's symbol: zigzag, seven bits a byte.</summary>
    public void Long(long value)
    {
        var zigzag = unchecked((ulong)((value << 1) ^ (value >> 63)));
        var at = _target.Slice(Length, Math.Min(MaxVarint, _target.Length - Length));
        var count = 0;
        while (zigzag >= 0x80)
        {
            at[count++] = unchecked((byte)(zigzag | 0x80));
            zigzag >>= 7;
        }

        at[count++] = (byte)zigzag;
        Length += count;
    }

    /// <summary>Writes a decimal: its unscaled value in two's complement, big endian, as short as can be.</summary>
    public void Decimal(Int128 unscaled)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt128BigEndian(bytes, unscaled);
        var start = 0;

        // A leading byte that only repeats the sign of the next one says nothing.
        while (start < 15 && ((bytes[start] == 0 && (bytes[start + 1] & 0x80) == 0) || (bytes[start] == 0xFF && (bytes[start + 1] & 0x80) != 0))) start++;
        Long(16 - start);
        Raw(bytes[start..]);
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_target[Length..]);
        Length += bytes.Length;
    }
}
