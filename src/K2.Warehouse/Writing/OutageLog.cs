using Microsoft.Extensions.Logging;

namespace K2.Warehouse.Writing;

/// <summary>Says in few lines that ClickHouse does not take rows: at once, then once a minute, and when it is over. Thread-safe.</summary>
internal sealed partial class OutageLog(TimeProvider time, ILogger logger)
{
    // Five tables that repeat every two seconds would write 150 lines a minute.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private readonly Lock _gate = new();
    private long? _since;
    private long? _lastLine;
    private long _failures;
    private bool _isTold;

    /// <summary>Notes an insert that will be repeated.</summary>
    public void Failed(string table, int rows, TimeSpan retry, string reason)
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _since ??= now;
            _failures++;
            if (_lastLine is { } last && time.GetElapsedTime(last, now) < Pause) return;
            _lastLine = now;
            _isTold = true;
            LogRetry(table, rows, retry.TotalMilliseconds, _failures, reason);
        }
    }

    /// <summary>Notes an insert that ClickHouse took.</summary>
    public void Passed()
    {
        lock (_gate)
        {
            if (_since is not { } since) return;
            var seconds = time.GetElapsedTime(since).TotalSeconds;
            if (_isTold) LogOver(seconds, _failures);
            _since = null;
            _failures = 0;
            _isTold = false;
        }
    }

    /// <summary>Says that an insert fails for good.</summary>
    public void Refused(string message)
    {
        lock (_gate)
        {
            if (_lastLine is { } last && time.GetElapsedTime(last) < Pause) return;
            _lastLine = time.GetTimestamp();
            LogRefused(message);
        }
    }

    [LoggerMessage(EventId = 4101, Level = LogLevel.Warning, Message = "{Table}: {Rows} rows wait for ClickHouse, again in {RetryMs} ms ({Failures} failed inserts so far): {Reason}")]
    private partial void LogRetry(string table, int rows, double retryMs, long failures, string reason);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Information, Message = "ClickHouse takes rows again after {Seconds:0.0} s and {Failures} failed inserts")]
    private partial void LogOver(double seconds, long failures);

    [LoggerMessage(EventId = 4103, Level = LogLevel.Critical, Message = "The warehouse cannot be written until this is mended; the log holds what comes: {Reason}")]
    private partial void LogRefused(string reason);
}
