using Orleans.Streams;

namespace K2.Streaming.Provider;

/// <summary>Lays the partitions of all topics evenly on the ring that the silos share.</summary>
internal sealed class LogQueueMapper : IConsistentRingStreamQueueMapper
{
    private readonly Dictionary<QueueId, LogQueue> _queues = [];

    public LogQueueMapper(LogStreamOptions options)
    {
        var count = (ulong)options.Topics.Sum(topic => topic.Partitions);
        var index = 0UL;
        foreach (var topic in options.Topics)
        {
            for (var partition = 0; partition < topic.Partitions; partition++, index++)
            {
                var hash = (uint)(((index * 2) + 1) * (1UL << 31) / count);
                var id = QueueId.GetQueueId(topic.Name, (uint)partition, hash);
                _queues[id] = new LogQueue(id, topic.Name, partition);
            }
        }
    }

    public IReadOnlyCollection<LogQueue> Queues => _queues.Values;

    public LogQueue this[QueueId id] => _queues[id];

    public IEnumerable<QueueId> GetAllQueues() => _queues.Keys;

    public IEnumerable<QueueId> GetQueuesForRange(IRingRange range) => _queues.Keys.Where(id => range.InRange(id.GetUniformHashCode()));

    public QueueId GetQueueForStream(StreamId streamId) =>
        throw new NotSupportedException("the log decides a key's partition; append to the log instead of producing to the stream");
}
