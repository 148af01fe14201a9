using K2.Abstractions.Log;
using K2.Streaming.Kafka;

namespace K2.Streaming.Tests.Kafka;

/// <summary>For payloads that nobody can split: the first message carries all of it, the others nothing.</summary>
internal sealed class OpaqueMapper : IRecordMapper
{
    public static OpaqueMapper Instance { get; } = new();

    public void Split(in LogAppend append, ICollection<RecordMessage> messages)
    {
        messages.Add(new RecordMessage(append.Payload, null));
        for (var i = 1; i < append.RecordCount; i++) messages.Add(default);
    }

    public byte[] Join(string key, IReadOnlyList<RecordMessage> messages) => [.. messages.SelectMany(message => (message.Value ?? ReadOnlyMemory<byte>.Empty).ToArray())];
}
