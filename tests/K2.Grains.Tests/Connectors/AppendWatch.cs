using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;

namespace K2.Grains.Tests.Connectors;

/// <summary>
/// Sees both ends of a connector's sink: what is handed to it (as its probe) and what it appends (as its log). Wakes whoever waits for a state. Thread-safe.
/// </summary>
internal sealed class AppendWatch(ILog inner, string rawTopic) : ILog, IProtocolProbe
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isRepeat;

    public IReadOnlyList<LogTopic> Topics => inner.Topics;

    /// <summary>Batches handed to the sink; the last one may still wait for room.</summary>
    public int Received { get; private set; }

    /// <summary>Batches that the sink has taken out of its buffer: each has frames.</summary>
    public int Taken { get; private set; }

    /// <summary>The most batches that were in the buffer or waited before it.</summary>
    public int MostWaiting { get; private set; }

    public int Failures { get; private set; }

    public int UnderWay { get; private set; }

    public int PartitionOf(string topic, string key) => inner.PartitionOf(topic, key);

    public async Task<IReadOnlyList<LogPosition>> AppendAsync(IReadOnlyList<LogAppend> batches, CancellationToken cancellationToken)
    {
        Change(() =>
        {
            if (!_isRepeat) Taken += batches.Count(batch => batch.Topic == rawTopic);
            UnderWay++;
        });
        try
        {
            var positions = await inner.AppendAsync(batches, cancellationToken);
            Change(() => (_isRepeat, UnderWay) = (false, UnderWay - 1));
            return positions;
        }
        catch (K2Exception)
        {
            Change(() => (_isRepeat, UnderWay, Failures) = (true, UnderWay - 1, Failures + 1));
            throw;
        }
    }

    public void Enter(ProtocolStep step)
    {
        if (step != ProtocolStep.Receive) return;
        Change(() =>
        {
            Received++;
            MostWaiting = Math.Max(MostWaiting, Received - Taken);
        });
    }

    /// <summary>Ends when a condition holds after something has happened at either end.</summary>
    public async Task UntilAsync(Func<bool> reached, string what, Func<string>? describe = null)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (reached()) return;
            try
            {
                timeout.Token.ThrowIfCancellationRequested(); // Also where changes never cease.
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{what}: not reached; received {Received}, taken {Taken}, failures {Failures}, under way {UnderWay}{describe?.Invoke()}");
            }
        }
    }

    public ILogReader OpenReader(string topic, int partition, LogPosition from) => inner.OpenReader(topic, partition, from);

    public ValueTask<LogPosition> EarliestAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EarliestAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> EndAsync(string topic, int partition, CancellationToken cancellationToken) => inner.EndAsync(topic, partition, cancellationToken);

    public ValueTask<LogPosition> CommittedAsync(string topic, int partition, CancellationToken cancellationToken) => inner.CommittedAsync(topic, partition, cancellationToken);

    public ValueTask CommitAsync(string topic, int partition, LogPosition next, CancellationToken cancellationToken) => inner.CommitAsync(topic, partition, next, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private void Change(Action change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            change();
            (changed, _changed) = (_changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        }

        changed.SetResult();
    }
}
