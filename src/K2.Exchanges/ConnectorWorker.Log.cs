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

    [LoggerMessage(2005, LogLevel.Information, "{Exchange}: {ConnectionId} takes over from {Before}")]
    private partial void LogRotated(Exchange exchange, string connectionId, string before);

    [LoggerMessage(2006, LogLevel.Warning, "{Exchange}: no connection to take over from {ConnectionId}: {Reason}")]
    private partial void LogNotRotated(Exchange exchange, string connectionId, string reason);

    [LoggerMessage(2007, LogLevel.Error, "{Exchange}: {ConnectionId} was replaced and could not hand over what it had read")]
    private partial void LogNotHandedOver(Exception failure, Exchange exchange, string connectionId);
}
