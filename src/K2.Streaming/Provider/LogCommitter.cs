using K2.Abstractions.Log;
using K2.Domain.Log;
using Microsoft.Extensions.Logging;

namespace K2.Streaming.Provider;

/// <summary>
/// Commits a partition's durable prefix, beside the pump: one commit at a time, the newest position next, a failed one again after a pause.
/// A position only moves forward.
/// </summary>
internal sealed partial class LogCommitter(ILog log, string topic, int partition, LogStreamOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private LogPosition _target;
    private LogPosition _committed;
    private Task _running = Task.CompletedTask;
    private bool _stopped;

    /// <summary>Asks for everything below a position to be committed.</summary>
    public void Advance(LogPosition position)
    {
        lock (_gate)
        {
            if (_stopped || position <= _target) return;
            _target = position;
            if (_running.IsCompleted) _running = Task.Run(RunAsync);
        }
    }

    /// <summary>Finishes the commit that is under way, for at most the given time, and takes no further ones.</summary>
    public async Task StopAsync(TimeSpan timeout)
    {
        Task running;
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
            running = _running;
        }

        _stop.CancelAfter(timeout);
        await running;
        Dispose();
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync()
    {
        var pause = options.MinRetryPause;
        while (true)
        {
            LogPosition target;
            lock (_gate)
            {
                target = _target;
                if (target == _committed || _stop.IsCancellationRequested)
                {
                    // Set under the lock, so that a position that comes now starts a new run.
                    _running = Task.CompletedTask;
                    return;
                }
            }

            try
            {
                await log.CommitAsync(topic, partition, target, _stop.Token);
                _committed = target;
                pause = options.MinRetryPause;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception failure)
            {
                LogCommitFailed(logger, failure, topic, partition, target, pause.TotalMilliseconds);
                await Task.Delay(pause, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < options.MaxRetryPause ? pause * 2 : options.MaxRetryPause;
            }
        }
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Warning, Message = "{Topic}/{Partition}: committing {Position} failed, again in {PauseMs} ms")]
    private static partial void LogCommitFailed(ILogger logger, Exception failure, string topic, int partition, LogPosition position, double pauseMs);
}
