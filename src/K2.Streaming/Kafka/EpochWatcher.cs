using Microsoft.Extensions.Logging;

namespace K2.Streaming.Kafka;

/// <summary>Follows the control topic while the log is open: another process that opens it may begin an epoch.</summary>
internal sealed partial class EpochWatcher(EpochJournal journal, IReadOnlyDictionary<string, TopicState> topics, ILogger logger)
{
    private const int Capacity = 64 << 10;

    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next epoch that another process begins.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(FetchPool pool, long from, CancellationToken cancellationToken)
    {
        var buffer = new PartitionBuffer(journal.Partition, Capacity);
        var drained = new List<FetchedMessage>();
        var loop = pool.Take(journal.Partition);
        loop.Start(buffer, from);
        try
        {
            while (true)
            {
                var changed = buffer.Changed;
                var (failure, outOfRange) = buffer.Drain(ref drained);
                foreach (var message in drained) Apply(EpochJournal.Parse(message.Value));
                if (buffer.Release(drained.Sum(message => (long)message.Size))) loop.Resume(buffer);
                drained.Clear();
                if (failure is not null || outOfRange) LogNotFollowed(logger, failure, journal.Partition.Topic);
                await changed.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The log closes.
        }
    }

    private void Apply(EpochRecord? record)
    {
        if (record is null || !topics.TryGetValue(record.Topic, out var topic) || record.Partitions != topic.Partitions.Length || record.Epoch <= topic.Epochs.Latest) return;
        topic.Add(record);
        LogNewEpoch(logger, record.Topic, record.Epoch);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    [LoggerMessage(EventId = 3307, Level = LogLevel.Warning, Message = "Topic {Topic}: another process has begun epoch {Epoch}")]
    private static partial void LogNewEpoch(ILogger logger, string topic, int epoch);

    [LoggerMessage(EventId = 3308, Level = LogLevel.Error, Message = "The control topic {Topic} cannot be followed: epochs that other processes begin stay unknown until a restart")]
    private static partial void LogNotFollowed(ILogger logger, Exception? failure, string topic);
}
