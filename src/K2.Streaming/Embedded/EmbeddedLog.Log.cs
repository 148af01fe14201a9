using Microsoft.Extensions.Logging;

namespace K2.Streaming.Embedded;

public sealed partial class EmbeddedLog
{
    [LoggerMessage(EventId = 3101, Level = LogLevel.Information, Message = "Log {Folder} opened: {Entries} entries in {Segments} segments")]
    private static partial void LogOpened(ILogger logger, string folder, long entries, int segments);

    [LoggerMessage(EventId = 3102, Level = LogLevel.Warning, Message = "Log {Folder}: {Truncated} bytes of a torn end were cut, {Skipped} damaged bytes were taken out; kept aside: {Preserved}")]
    private static partial void LogDamage(ILogger logger, string folder, long truncated, long skipped, string preserved);

    [LoggerMessage(EventId = 3103, Level = LogLevel.Warning, Message = "Topic {Topic}: epoch {From} became {To}: {Reason}")]
    private static partial void LogEpoch(ILogger logger, string topic, int from, int to, string reason);

    [LoggerMessage(EventId = 3104, Level = LogLevel.Warning, Message = "Log {Folder}: {Count} uncommitted entries were moved to other partitions")]
    private static partial void LogRepartitioned(ILogger logger, string folder, long count);
}
