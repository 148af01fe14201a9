using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>Messages of one append next to each other: they become one entry.</summary>
internal sealed class MessageRun(ConsumeResult<byte[], byte[]> first, int expected)
{
    public List<ConsumeResult<byte[], byte[]>> Messages { get; } = [first];

    public byte[] Key { get; } = first.Message.Key ?? [];

    /// <summary>Messages that are still to come.</summary>
    public int Missing => expected - Messages.Count;

    public long First => Messages[0].Offset.Value;

    public long Next => Messages[^1].Offset.Value + 1;

    /// <summary>What the messages count against the reader's bound.</summary>
    public long Size { get; private set; } = PartitionBuffer.SizeOf(first);

    /// <summary>Whether a message, which announces no run of its own, is the next one of this run.</summary>
    public bool Continues(ConsumeResult<byte[], byte[]> message) => message.Offset.Value == Next && message.Message.Key.AsSpan().SequenceEqual(Key);

    public void Add(ConsumeResult<byte[], byte[]> message)
    {
        Messages.Add(message);
        Size += PartitionBuffer.SizeOf(message);
    }
}
