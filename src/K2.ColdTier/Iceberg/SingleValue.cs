using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace K2.ColdTier.Iceberg;

/// <summary>The binary form of one value in bounds (the specification's appendix D).</summary>
public static class SingleValue
{
    private const int BoundLength = 16;

    /// <summary>An int or a date.</summary>
    public static byte[] OfInt(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>A long, or a timestamp in microseconds.</summary>
    public static byte[] OfLong(long value)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    /// <summary>True or false.</summary>
    public static byte[] OfBoolean(bool value) => [value ? (byte)1 : (byte)0];

    /// <summary>A decimal by its mantissa: big-endian two's complement in as few bytes as it needs.</summary>
    public static byte[] OfDecimal(Int128 mantissa) => ((BigInteger)mantissa).ToByteArray(isUnsigned: false, isBigEndian: true);

    /// <summary>A whole text, as in a partition.</summary>
    public static byte[] OfString(string value) => Encoding.UTF8.GetBytes(value);

    /// <summary>A lower bound of a text: its first 16 characters.</summary>
    public static byte[] LowerOfString(string least) => OfString(string.Concat(least.EnumerateRunes().Take(BoundLength)));

    /// <summary>An upper bound of a text: itself if it is short, else its first 16 characters with the last raised; null if none can be raised.</summary>
    public static byte[]? UpperOfString(string greatest)
    {
        var runes = greatest.EnumerateRunes().Take(BoundLength + 1).ToList();
        if (runes.Count <= BoundLength) return OfString(greatest);
        for (var last = BoundLength - 1; last >= 0; last--)
        {
            var raised = runes[last].Value + 1;
            // There are no characters between D800 and DFFF.
            if (raised == 0xD800) raised = 0xE000;
            if (Rune.IsValid(raised)) return OfString(string.Concat(runes.Take(last)) + new Rune(raised));
        }

        return null;
    }

    /// <summary>A lower bound of bytes: the first 16.</summary>
    public static byte[] LowerOfBinary(ReadOnlySpan<byte> least) => least[..Math.Min(BoundLength, least.Length)].ToArray();

    /// <summary>An upper bound of bytes: themselves if few, else the first 16 with the last raised; null if none can be raised.</summary>
    public static byte[]? UpperOfBinary(ReadOnlySpan<byte> greatest)
    {
        if (greatest.Length <= BoundLength) return greatest.ToArray();
        for (var last = BoundLength - 1; last >= 0; last--)
        {
            if (greatest[last] == byte.MaxValue) continue;
            var bound = greatest[..(last + 1)].ToArray();
            bound[last]++;
            return bound;
        }

        return null;
    }

    /// <summary>A value of a partition.</summary>
    internal static byte[] OfPartition(object value) => value switch
    {
        int number => OfInt(number),
        long number => OfLong(number),
        bool truth => OfBoolean(truth),
        string text => OfString(text),
        _ => throw new ArgumentException($"a partition cannot be a {value.GetType().Name}", nameof(value)),
    };

    /// <summary>Whether a value of a partition lies between two bounds.</summary>
    internal static bool IsBetween(object value, byte[] lower, byte[] upper) => value switch
    {
        int number => BinaryPrimitives.ReadInt32LittleEndian(lower) <= number && number <= BinaryPrimitives.ReadInt32LittleEndian(upper),
        long number => BinaryPrimitives.ReadInt64LittleEndian(lower) <= number && number <= BinaryPrimitives.ReadInt64LittleEndian(upper),
        // UTF-8 bytes are in the order of the characters.
        string text => OfString(text) is var bytes && bytes.AsSpan().SequenceCompareTo(lower) >= 0 && bytes.AsSpan().SequenceCompareTo(upper) <= 0,
        _ => true,
    };
}
