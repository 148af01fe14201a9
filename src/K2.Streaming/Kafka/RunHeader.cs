using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>The header of an append's first message that says how many records follow together: 4 bytes, little endian; absent for one record.</summary>
internal static class RunHeader
{
    /// <summary>Name of the header.</summary>
    public const string Name = "k2.log.count";

    /// <summary>Returns the message of a record, with the count if it is more than one.</summary>
    public static Message<byte[], byte[]> Message(byte[] key, in RecordMessage record, int count)
    {
        var headers = record.Headers;
        if (count > 1)
        {
            headers = [];
            foreach (var header in record.Headers ?? []) headers.Add(header.Key, header.GetValueBytes());
            var value = new byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(value, count);
            headers.Add(Name, value);
        }

        return new Message<byte[], byte[]> { Key = key, Value = record.Value is { } bytes ? ArrayOf(bytes) : null!, Headers = headers };
    }

    /// <summary>Returns the count that a message announces, or 0 if it announces none.</summary>
    public static int CountOf(Headers? headers) =>
        headers is { Count: > 0 } && headers.TryGetLastBytes(Name, out var value) && value?.Length == sizeof(int) ? Math.Max(0, BinaryPrimitives.ReadInt32LittleEndian(value)) : 0;

    // The client takes arrays only, and copies them itself.
    private static byte[] ArrayOf(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length ? segment.Array : value.ToArray();
}
