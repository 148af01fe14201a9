using Microsoft.Extensions.Logging;

namespace K2.Streaming.Kafka;

public sealed partial class KafkaLog
{
    [LoggerMessage(EventId = 3311, Level = LogLevel.Information, Message = "Log in Kafka at {Servers} opened: {Topics} topics, epochs in {EpochTopic}")]
    private static partial void LogOpened(ILogger logger, string servers, int topics, string epochTopic);

    [LoggerMessage(EventId = 3312, Level = LogLevel.Warning, Message = "Topic {Topic}: epoch {From} became {To}")]
    private static partial void LogEpoch(ILogger logger, string topic, int from, int to);

    [LoggerMessage(EventId = 3313, Level = LogLevel.Warning, Message = "{Topic}/{Partition}: the committed offset {Committed} lies behind the end {End} and was set back to it")]
    private static partial void LogCommittedSetBack(ILogger logger, string topic, int partition, long committed, long end);

    [LoggerMessage(EventId = 3314, Level = LogLevel.Warning, Message = "Kafka's client has not given up its connections within {Seconds} s: the process goes on without. Was the clock set back?")]
    private partial void LogNotReleased(double seconds);
}
