using System.Diagnostics.CodeAnalysis;
using Confluent.Kafka;
using K2.Abstractions.Log;

namespace K2.Streaming.Kafka;

/// <summary>
/// Takes keys and values out of the client's memory: a known key becomes the array that there is, values go one behind the other into blocks. The client's own way
/// makes two arrays for each message, which a lagging reader keeps until the collector has copied them twice. For one consumer's thread.
/// </summary>
internal sealed class MessageBytes : IDeserializer<byte[]>, IDeserializer<ReadOnlyMemory<byte>?>
{
    private const int BlockSize = 64 << 10;

    // Instruments and connections are few; a topic full of made-up keys must not fill memory.
    private const int MaxKeys = 4096;
    private readonly Dictionary<byte[], byte[]> _keys = new(KeyComparer.Instance);
    private readonly Dictionary<byte[], byte[]>.AlternateLookup<ReadOnlySpan<byte>> _known;
    private byte[] _lastKey = [];
    private byte[] _block = [];
    private int _used;

    public MessageBytes() => _known = _keys.GetAlternateLookup<ReadOnlySpan<byte>>();

    byte[] IDeserializer<byte[]>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (data.SequenceEqual(_lastKey)) return _lastKey;
        if (_known.TryGetValue(data, out var known)) return _lastKey = known;
        if (_keys.Count >= MaxKeys) _keys.Clear();
        _lastKey = data.ToArray();
        return _keys[_lastKey] = _lastKey;
    }

    ReadOnlyMemory<byte>? IDeserializer<ReadOnlyMemory<byte>?>.Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (isNull) return null;
        if (data.Length > BlockSize / 8) return data.ToArray();
        if (_block.Length - _used < data.Length) (_block, _used) = (GC.AllocateUninitializedArray<byte>(BlockSize), 0);
        data.CopyTo(_block.AsSpan(_used));
        var slice = _block.AsMemory(_used, data.Length);
        _used += data.Length;
        return slice;
    }

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
