using K2.Domain.Log;

namespace K2.Abstractions.Log;

/// <summary>How far what stands behind a log is behind it.</summary>
public static class LogLag
{
    /// <summary>Returns how many records of the topics are in the log and not yet committed, that is, not yet durable downstream.</summary>
    public static async ValueTask<long> OfAsync(ILog log, Func<LogTopic, bool> topics, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        long lag = 0;
        foreach (var topic in log.Topics.Where(topics))
        {
            for (var partition = 0; partition < topic.Partitions; partition++)
            {
                lag += await BeforeAsync(log, topic.Name, partition, await log.EndAsync(topic.Name, partition, cancellationToken), cancellationToken);
            }
        }

        return lag;
    }

    /// <summary>Returns how many records of a partition before a position are in the log and not yet committed.</summary>
    public static async ValueTask<long> BeforeAsync(ILog log, string topic, int partition, LogPosition end, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(log);
        var committed = await log.CommittedAsync(topic, partition, cancellationToken);
        if (committed >= end) return 0;
        var from = committed.Epoch == end.Epoch ? committed : await log.EarliestAsync(topic, partition, cancellationToken);
        return Math.Max(0, end.Version - from.Version);
    }
}
