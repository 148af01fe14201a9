using K2.Abstractions.Log;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Provider;

/// <summary>One agent's ownership of one partition: its cache and its committer. Another agent, also a later one of this silo, has its own.</summary>
internal sealed class LogQueueSession
{
    public LogQueueSession(ILog log, LogQueue queue, LogStreamOptions options, TimeProvider time, ILogger logger)
    {
        Queue = queue;
        Committer = new LogCommitter(log, queue.Topic, queue.Partition, options, time, logger);
        Cache = new LogQueueCache(options, Committer.Advance);
    }

    public LogQueue Queue { get; }

    public LogCommitter Committer { get; }

    public LogQueueCache Cache { get; }
}
