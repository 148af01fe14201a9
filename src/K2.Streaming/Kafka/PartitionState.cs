using Confluent.Kafka;

namespace K2.Streaming.Kafka;

/// <summary>What this process knows about one partition. Thread-safe.</summary>
internal sealed class PartitionState(string topic, int partition)
{
    private long _knownEnd;
    private long _acknowledged = -1;
    private bool _lost;

    public TopicPartition Id { get; } = new(topic, partition);

    /// <summary>Everything below this offset is durable, as far as this process has heard. Kafka may have more.</summary>
    public long KnownEnd => Interlocked.Read(ref _knownEnd);

    /// <summary>Whether the broker gave out an offset again that it had given before: what stood there is gone.</summary>
    public bool IsLost => Volatile.Read(ref _lost);

    /// <summary>Notes an end that was heard of.</summary>
    public void ReachedEnd(long offset)
    {
        var known = Interlocked.Read(ref _knownEnd);
        while (offset > known)
        {
            var seen = Interlocked.CompareExchange(ref _knownEnd, offset, known);
            if (seen == known) return;
            known = seen;
        }
    }

    /// <summary>Notes the acknowledged offsets of a batch, which come in the order of sending. Called by the producer's thread.</summary>
    public void Acknowledged(long first, long last)
    {
        if (first <= _acknowledged) Volatile.Write(ref _lost, true);
        _acknowledged = Math.Max(_acknowledged, last);
        ReachedEnd(last + 1);
    }
}
