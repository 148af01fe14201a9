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
                var end = await log.EndAsync(topic.Name, partition, cancellationToken);
                var committed = await log.CommittedAsync(topic.Name, partition, cancellationToken);
                var from = committed.Epoch == end.Epoch ? committed : await log.EarliestAsync(topic.Name, partition, cancellationToken);
                lag += Math.Max(0, end.Version - from.Version);
            }
        }

        return lag;
    }
}
