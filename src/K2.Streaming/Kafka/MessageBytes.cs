using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using K2.Abstractions.Log;

namespace K2.Streaming.Kafka;

/// <summary>
/// Takes keys and values out of the client's memory; a known key becomes the array that there is. Each value has an array of its own: in blocks shared by partitions, a
/// partition that stands still would hold what the others have long read. For one consumer's thread.
/// </summary>
internal sealed class MessageBytes : IDeserializer<byte[]>, IDeserializer<ReadOnlyMemory<byte>?>
{
    // Instruments and connections are few; a topic full of made-up keys must not fill memory.
    private const int MaxKeys = 4096;
    private readonly Dictionary<byte[], byte[]> _keys = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], byte[]>.AlternateLookup<ReadOnlySpan<byte>> _known;
    private byte[] _lastKey = [];

    public MessageBytes() => _known = _keys.GetAlternateLookup<ReadOnlySpan<byte>>();

    byte[] IDeserializer<byte[]>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (data.SequenceEqual(_lastKey)) return _lastKey;
        if (_known.TryGetValue(data, out var known)) return _lastKey = known;
        if (_keys.Count >= MaxKeys) _keys.Clear();
        _lastKey = data.ToArray();
        return _keys[_lastKey] = _lastKey;
    }

    // A bare null would be a missing array, and so an empty value.
    ReadOnlyMemory<byte>? IDeserializer<ReadOnlyMemory<byte>?>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        isNull ? default(ReadOnlyMemory<byte>?) : data.ToArray();

    private sealed class KeyComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly KeyComparer Instance = new();

        public bool Equals(byte[]? one, byte[]? other) => one.AsSpan().SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] key) => StablePartitioner.Hash(key);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => StablePartitioner.Hash(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
