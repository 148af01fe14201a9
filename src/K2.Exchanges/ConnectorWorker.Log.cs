using K2.Domain.Instruments;
using Microsoft.Extensions.Logging;

namespace K2.Exchanges;

public sealed partial class ConnectorWorker
{
    [LoggerMessage(2001, LogLevel.Information, "{Exchange}: connected as {ConnectionId}")]
    private partial void LogConnected(Exchange exchange, string connectionId);

    [LoggerMessage(2002, LogLevel.Warning, "{Exchange}: {Reason}; next connection in {Wait}")]
    private partial void LogWaiting(Exchange exchange, string reason, TimeSpan wait);

    [LoggerMessage(2003, LogLevel.Error, "Subscription to {Instrument} refused: {Words}")]
    private partial void LogRefused(InstrumentId instrument, string words);

    [LoggerMessage(2004, LogLevel.Information, "{Exchange}: stopped after {Frames} frames with {Trades} trades")]
    private partial void LogStopped(Exchange exchange, long frames, long trades);
}
