using System.Buffers.Binary;
using System.Text;

namespace K2.Abstractions.Log;

/// <summary>
/// Maps a key to a partition exactly as the Java client of Kafka does: murmur2 of the key's UTF-8 bytes with seed 0x9747b28c, sign bit
/// cleared, modulo the partition count. Every log and every other client of a broker therefore agrees on a key's place.
/// </summary>
public static class StablePartitioner
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;
    private const int Shift = 24;
    private const int StackLimit = 256;

    /// <summary>Returns the partition of a key, from 0 to <paramref name="partitions"/> − 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no partition.</exception>
    public static int PartitionOf(string key, int partitions)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(partitions);
        var length = Encoding.UTF8.GetByteCount(key);
        var bytes = length <= StackLimit ? stackalloc byte[StackLimit] : new byte[length];
        Encoding.UTF8.GetBytes(key, bytes);
        return (Hash(bytes[..length]) & int.MaxValue) % partitions;
    }

    /// <summary>Returns the murmur2 hash of bytes.</summary>
    public static int Hash(ReadOnlySpan<byte> bytes)
    {
        unchecked
        {
            var hash = Seed ^ (uint)bytes.Length;
            var rest = bytes;
            while (rest.Length >= 4)
            {
                var word = BinaryPrimitives.ReadUInt32LittleEndian(rest) * Multiplier;
                word ^= word >> Shift;
                hash = (hash * Multiplier) ^ (word * Multiplier);
                rest = rest[4..];
            }

            if (rest.Length > 2) hash ^= (uint)rest[2] << 16;
            if (rest.Length > 1) hash ^= (uint)rest[1] << 8;
            if (rest.Length > 0) hash = (hash ^ rest[0]) * Multiplier;

            hash = (hash ^ (hash >> 13)) * Multiplier;
            return (int)(hash ^ (hash >> 15));
        }
    }
}
