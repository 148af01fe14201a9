namespace K2.Exchanges.Gaps;

/// <summary>Keeps requests within a <see cref="RequestBudget"/>. For one sender.</summary>
internal sealed class RateGate(RequestBudget budget, TimeProvider time)
{
    private readonly Queue<(long SentAt, int Weight)> _sent = [];
    private int _sum;
    private long _last;

    /// <summary>Returns when a request of so much weight may be sent. A weight above the whole budget waits for an empty window.</summary>
    public async ValueTask WaitAsync(int weight, CancellationToken cancellationToken)
    {
        if (_last != 0) await DelayAsync(budget.MinSpacing - time.GetElapsedTime(_last), cancellationToken);
        while (true)
        {
            while (_sent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.SentAt) >= budget.Window) _sum -= _sent.Dequeue().Weight;
            if (_sent.Count == 0 || _sum + weight <= budget.Weight) break;
            await DelayAsync(budget.Window - time.GetElapsedTime(_sent.Peek().SentAt), cancellationToken);
        }

        _last = time.GetTimestamp();
        _sent.Enqueue((_last, weight));
        _sum += weight;
    }

    private async ValueTask DelayAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        // Timers round down to whole milliseconds.
        if (wait > TimeSpan.Zero) await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellationToken);
    }
}
