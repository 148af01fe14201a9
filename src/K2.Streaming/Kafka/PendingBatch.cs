using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>One batch of an append as messages, and the offset that Kafka gives its first one.</summary>
internal sealed class PendingBatch
{
    private readonly PendingAppend _append;
    private int _remaining;

    public PendingBatch(PendingAppend append, TopicState topic, int partition, IReadOnlyList<Message<byte[], byte[]>> messages)
    {
        _append = append;
        Topic = topic;
        Partition = partition;
        Messages = messages;
        _remaining = messages.Count;
        OnDelivered = Delivered;
    }

    public TopicState Topic { get; }

    public int Partition { get; }

    public IReadOnlyList<Message<byte[], byte[]>> Messages { get; }

    /// <summary>Called for each message, by one thread.</summary>
    public Action<DeliveryReport<byte[], byte[]>> OnDelivered { get; }

    public long First { get; private set; } = long.MaxValue;

    public long Last { get; private set; } = -1;

    /// <summary>Whether Kafka has said where all messages are; it does not for one that it recognises as repeated and long stored.</summary>
    public bool IsPlaced => First >= 0;

    private void Delivered(DeliveryReport<byte[], byte[]> report)
    {
        if (!report.Error.IsError)
        {
            First = Math.Min(First, report.Offset.Value);
            Last = Math.Max(Last, report.Offset.Value);
            if (--_remaining == 0 && IsPlaced) Topic.Partitions[Partition].Acknowledged(First, Last);
        }

        _append.Delivered(report.Error);
    }
}
