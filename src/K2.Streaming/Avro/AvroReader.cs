using System.Buffers.Binary;
using K2.Domain.Log;

namespace K2.Streaming.Avro;

/// <summary>Reads values in Avro's binary encoding; whatever is damaged is a <see cref="CorruptRecordException"/>.</summary>
internal ref struct AvroReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDecimalBytes = 16;
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether all was read.</summary>
    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads an int, a long or the index of an enum's symbol.</summary>
    public long Long()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty) throw new CorruptRecordException("an Avro record ends inside a number");
            var next = _rest[0];
            _rest = _rest[1..];
            if (shift == 63 && next > 1) break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return unchecked((long)(value >> 1) ^ -(long)(value & 1));
        }

        throw new CorruptRecordException("an Avro number of more than 64 bits");
    }

    /// <summary>Reads a number within bounds.</summary>
    public long Long(long least, long most, string field)
    {
        var value = Long();
        return value >= least && value <= most ? value : throw new CorruptRecordException($"{field} is {value}, allowed are {least} to {most}");
    }

    /// <summary>Reads bytes or a string.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Long();
        if (length < 0 || length > _rest.Length) throw new CorruptRecordException($"{length} bytes announced, {_rest.Length} are left");
        var bytes = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return bytes;
    }

    /// <summary>Steps over bytes that are known to be next; false if others are.</summary>
    public bool TrySkip(ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected)) return false;
        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>Reads the unscaled value of a decimal.</summary>
    public Int128 Decimal(string field)
    {
        var bytes = Bytes();
        if (bytes.Length is 0 or > MaxDecimalBytes) throw new CorruptRecordException($"{field} has {bytes.Length} bytes, allowed are 1 to {MaxDecimalBytes}");
        Span<byte> padded = stackalloc byte[MaxDecimalBytes];
        padded.Fill((bytes[0] & 0x80) != 0 ? (byte)0xFF : (byte)0);
        bytes.CopyTo(padded[(MaxDecimalBytes - bytes.Length)..]);
        return BinaryPrimitives.ReadInt128BigEndian(padded);
    }
}
