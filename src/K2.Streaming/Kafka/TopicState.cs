using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Streaming.Kafka;

/// <summary>A topic of the open log.</summary>
internal sealed class TopicState
{
    private TopicEpochs _epochs;

    public TopicState(LogTopic topic, IRecordMapper mapper, TopicEpochs epochs)
    {
        Name = topic.Name;
        Mapper = mapper;
        Partitions = [.. Enumerable.Range(0, topic.Partitions).Select(partition => new PartitionState(topic.Name, partition))];
        _epochs = epochs;
    }

    public string Name { get; }

    public IRecordMapper Mapper { get; }

    public PartitionState[] Partitions { get; }

    /// <summary>The topic's epochs; another process may begin one while this log is open.</summary>
    public TopicEpochs Epochs => Volatile.Read(ref _epochs);

    /// <summary>Takes over an epoch that another process has begun. Called by one thread.</summary>
    public void Add(EpochRecord record) => Volatile.Write(ref _epochs, _epochs.With(record));

    /// <summary>Returns the position of an offset of Kafka.</summary>
    public LogPosition PositionOf(int partition, long offset) => Epochs.PositionOf(partition, offset);
}
