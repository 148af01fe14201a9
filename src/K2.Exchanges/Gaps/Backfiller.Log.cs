using K2.Domain.Instruments;
using Microsoft.Extensions.Logging;

namespace K2.Exchanges.Gaps;

public sealed partial class Backfiller
{
    [LoggerMessage(2011, LogLevel.Information, "{Exchange}: gap {Gap} ({Cause})")]
    private partial void LogGap(Exchange exchange, string gap, string cause);

    [LoggerMessage(2013, LogLevel.Warning, "{Exchange}: gap {Gap} stays open: {Reason}")]
    private partial void LogGivenUp(Exchange exchange, string gap, string reason);
}
