using System.Buffers.Binary;
using System.Numerics;

namespace K2.Engine;

/// <summary>
/// Google's CityHash128 as of version 1.0.2: the checksum of ClickHouse's compressed blocks. Later versions of CityHash give other values.
/// </summary>
internal static class CityHash128
{
    private const ulong K0 = 0xc3a5c85c97cb3127;
    private const ulong K1 = 0xb492b66fbe98f273;
    private const ulong K2 = 0x9ae16a3b2f90404f;
    private const ulong K3 = 0xc949d7c7509e6557;
    private const ulong Mul = 0x9ddfea08eb382d69;

    /// <summary>The hash's lower and upper half.</summary>
    public static (ulong Low, ulong High) Compute(ReadOnlySpan<byte> data)
    {
        // Hash mixing wraps around.
        unchecked
        {
            return data.Length switch
            {
                >= 16 => Seeded(data[16..], Eight(data, 0) ^ K3, Eight(data, 8)),
                >= 8 => Seeded([], Eight(data, 0) ^ ((ulong)data.Length * K0), Eight(data, data.Length - 8) ^ K1),
                _ => Seeded(data, K0, K1),
            };
        }
    }

    private static ulong Eight(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt64LittleEndian(data[at..]);

    private static ulong Four(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]);

    private static ulong Right(ulong value, int bits) => BitOperations.RotateRight(value, bits);

    private static ulong Shift(ulong value) => value ^ (value >> 47);

    private static ulong Fold(ulong low, ulong high)
    {
        unchecked
        {
            var a = Shift((low ^ high) * Mul);
            return Shift((high ^ a) * Mul) * Mul;
        }
    }

    private static ulong Short(ReadOnlySpan<byte> data)
    {
        unchecked
        {
            var length = (ulong)data.Length;
            if (data.Length > 8)
            {
                var last = Eight(data, data.Length - 8);
                return Fold(Eight(data, 0), Right(last + length, data.Length)) ^ last;
            }

            if (data.Length >= 4) return Fold(length + (Four(data, 0) << 3), Four(data, data.Length - 4));
            if (data.Length == 0) return K2;
            var y = data[0] + ((ulong)data[data.Length >> 1] << 8);
            var z = length + ((ulong)data[^1] << 2);
            return Shift((y * K2) ^ (z * K3)) * K2;
        }
    }

    private static (ulong First, ulong Second) Weak(ReadOnlySpan<byte> data, int at, ulong a, ulong b)
    {
        unchecked
        {
            var (w, x, y, z) = (Eight(data, at), Eight(data, at + 8), Eight(data, at + 16), Eight(data, at + 24));
            a += w;
            b = Right(b + a + z, 21);
            var c = a;
            a += x + y;
            b += Right(a, 44);
            return (a + z, b + c);
        }
    }

    private static (ulong Low, ulong High) Murmur(ReadOnlySpan<byte> data, ulong a, ulong b)
    {
        unchecked
        {
            ulong c, d;
            if (data.Length <= 16)
            {
                a = Shift(a * K1) * K1;
                c = (b * K1) + Short(data);
                d = Shift(a + (data.Length >= 8 ? Eight(data, 0) : c));
            }
            else
            {
                c = Fold(Eight(data, data.Length - 8) + K1, a);
                d = Fold(b + (ulong)data.Length, c + Eight(data, data.Length - 16));
                a += d;
                for (var (at, left) = (0, data.Length - 16); left > 0; at += 16, left -= 16)
                {
                    a = (a ^ (Shift(Eight(data, at) * K1) * K1)) * K1;
                    b ^= a;
                    c = (c ^ (Shift(Eight(data, at + 8) * K1) * K1)) * K1;
                    d ^= c;
                }
            }

            a = Fold(a, c);
            b = Fold(d, b);
            return (a ^ b, Fold(b, a));
        }
    }

    private static (ulong Low, ulong High) Seeded(ReadOnlySpan<byte> data, ulong x, ulong y)
    {
        if (data.Length < 128) return Murmur(data, x, y);
        unchecked
        {
            var z = (ulong)data.Length * K1;
            (ulong First, ulong Second) v, w;
            v.First = (Right(y ^ K1, 49) * K1) + Eight(data, 0);
            v.Second = (Right(v.First, 42) * K1) + Eight(data, 8);
            w.First = (Right(y + z, 35) * K1) + x;
            w.Second = Right(x + Eight(data, 88), 53) * K1;
            var at = 0;
            for (; data.Length - at >= 128;)
            {
                for (var half = 0; half < 2; half++, at += 64)
                {
                    x = Right(x + y + v.First + Eight(data, at + 16), 37) * K1;
                    y = Right(y + v.Second + Eight(data, at + 48), 42) * K1;
                    x ^= w.Second;
                    y ^= v.First;
                    z = Right(z ^ w.First, 33);
                    v = Weak(data, at, v.Second * K1, x + w.First);
                    w = Weak(data, at + 32, z + w.Second, y);
                    (z, x) = (x, z);
                }
            }

            var left = data.Length - at;
            y += (Right(w.First, 37) * K0) + z;
            x += Right(v.First + z, 49) * K0;
            for (var done = 0; done < left;)
            {
                done += 32;
                var from = data.Length - done;
                y = (Right(y - x, 42) * K0) + v.Second;
                w.First += Eight(data, from + 16);
                x = (Right(x, 49) * K0) + w.First;
                w.First += v.First;
                v = Weak(data, from, v.First, v.Second);
            }

            x = Fold(x, v.First);
            y = Fold(y, w.First);
            return (Fold(x + v.Second, w.Second) + y, Fold(x + w.Second, y + v.Second));
        }
    }
}
