using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Kafka;

namespace K2.Streaming.Tests.Kafka;

/// <summary>Records of 8 bytes, each of them a message that can be read alone.</summary>
internal sealed class WordMapper : IRecordMapper
{
    public const int Size = 8;

    public static WordMapper Instance { get; } = new();

    public void Split(in LogAppend append, ICollection<RecordMessage> messages)
    {
        if (append.Payload.Length != append.RecordCount * Size) throw new ArgumentException($"{append.Payload.Length} bytes are not {append.RecordCount} words", nameof(append));
        for (var i = 0; i < append.RecordCount; i++) messages.Add(new RecordMessage(append.Payload.Slice(i * Size, Size), null));
    }

    public byte[] Join(string key, IReadOnlyList<RecordMessage> messages)
    {
        var payload = new byte[messages.Count * Size];
        for (var i = 0; i < messages.Count; i++)
        {
            var value = messages[i].Value ?? ReadOnlyMemory<byte>.Empty;
            if (value.Length != Size) throw new CorruptRecordException($"a message of {value.Length} bytes for {key}");
            value.CopyTo(payload.AsMemory(i * Size));
        }

        return payload;
    }
}
