using K2.Domain.Instruments;

namespace K2.Exchanges.Rest;

/// <summary>Keeps requests within a <see cref="RequestBudget"/>, in the order they were asked for. Thread-safe.</summary>
internal sealed class RateGate(RequestBudget budget, TimeProvider time)
{
    private readonly Turn _turn = new();
    private readonly Queue<(long SentAt, int Weight)> _sent = [];
    private readonly Dictionary<InstrumentId, long> _lastOf = [];
    private int _sum;
    private long _last;

    /// <summary>Returns how long an instrument's next request has to wait for the one before it.</summary>
    public TimeSpan WaitFor(InstrumentId instrument)
    {
        lock (_lastOf) return _lastOf.TryGetValue(instrument, out var last) ? budget.InstrumentSpacing - time.GetElapsedTime(last) : TimeSpan.Zero;
    }

    /// <summary>Returns when a request of so much weight may be sent. A weight above the whole budget waits for an empty window.</summary>
    public async ValueTask WaitAsync(InstrumentId instrument, int weight, CancellationToken cancellationToken)
    {
        await _turn.TakeAsync(cancellationToken);
        try
        {
            await DelayAsync(WaitFor(instrument), cancellationToken);
            if (_last != 0) await DelayAsync(budget.MinSpacing - time.GetElapsedTime(_last), cancellationToken);
            while (true)
            {
                while (_sent.TryPeek(out var oldest) && time.GetElapsedTime(oldest.SentAt) >= budget.Window) _sum -= _sent.Dequeue().Weight;
                if (_sent.Count == 0 || _sum + weight <= budget.Weight) break;
                await DelayAsync(budget.Window - time.GetElapsedTime(_sent.Peek().SentAt), cancellationToken);
            }

            _last = time.GetTimestamp();
            lock (_lastOf) _lastOf[instrument] = _last;
            _sent.Enqueue((_last, weight));
            _sum += weight;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask DelayAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        // Timers round down to whole milliseconds.
        if (wait > TimeSpan.Zero) await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), time, cancellationToken);
    }
}
