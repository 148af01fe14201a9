using System.Collections.Concurrent;
using System.Globalization;
using K2.Domain.Log;

namespace K2.Streaming.Tests.Provider;

/// <summary>
/// The store behind the test grains: per key a position and the record numbers applied, changed together, as the warehouse's checkpoint does.
/// It outlives clusters, and wakes whoever waits for a state.
/// </summary>
internal sealed class Effects
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, KeyEffects> _keys = new(StringComparer.Ordinal);
    private readonly List<string> _errors = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FaultPlan Faults { get; set; } = new();

    /// <summary>Keys whose grain waits instead of applying.</summary>
    public ConcurrentDictionary<string, TaskCompletionSource> Stalled { get; } = new();

    /// <summary>What a key's grain waits for before each of its flushes, or null for nothing.</summary>
    public Func<string, Task>? Flushing { get; set; }

    public int Rewinds { get; private set; }

    public int Deliveries { get; private set; }

    public RewindWay RewindWay { get; set; }

    public IReadOnlyList<string> Errors
    {
        get
        {
            lock (_gate) return [.. _errors];
        }
    }

    public LogPosition PositionOf(string key)
    {
        lock (_gate) return _keys.TryGetValue(key, out var effects) ? effects.Position : LogPosition.None;
    }

    public long CountOf(string key)
    {
        lock (_gate) return _keys.TryGetValue(key, out var effects) ? effects.Next : 0;
    }

    public void Apply(string key, LogPosition position, IReadOnlyList<long> numbers)
    {
        lock (_gate)
        {
            if (!_keys.TryGetValue(key, out var effects)) _keys[key] = effects = new KeyEffects();
            foreach (var number in numbers)
            {
                if (number != effects.Next) _errors.Add(string.Create(CultureInfo.InvariantCulture, $"{key}: record {number} applied where {effects.Next} was due"));
                effects.Next = number + 1;
            }

            effects.Position = position;
        }

        Changed();
    }

    /// <summary>Sets a key back, as a store restored from an older state would be.</summary>
    public void SetBack(string key, LogPosition position, long next)
    {
        lock (_gate) _keys[key] = new KeyEffects { Position = position, Next = next };
    }

    public void CountRewind()
    {
        lock (_gate) Rewinds++;
        Changed();
    }

    public void CountDelivery()
    {
        lock (_gate) Deliveries++;
        Changed();
    }

    public void Error(string error)
    {
        lock (_gate) _errors.Add(error);
        Changed();
    }

    public async Task WhenAsync(Func<Effects, bool> reached, string phase)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            Task changed;
            lock (_gate) changed = _changed.Task;
            if (reached(this)) return;
            try
            {
                await changed.WaitAsync(timeout.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{phase}: not reached; {Describe()}");
            }
        }
    }

    public string Describe()
    {
        lock (_gate) return $"rewinds {Rewinds}, deliveries {Deliveries}, errors [{string.Join("; ", _errors.Take(3))}], " + string.Join(", ", _keys.Select(pair => $"{pair.Key}: {pair.Value.Next} at {pair.Value.Position}"));
    }

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
    }

    private sealed class KeyEffects
    {
        public LogPosition Position { get; set; }

        public long Next { get; set; }
    }
}
