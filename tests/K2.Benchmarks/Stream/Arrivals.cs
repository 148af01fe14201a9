using System.Collections.Concurrent;
using System.Diagnostics;
using K2.Domain;

namespace K2.Benchmarks.Stream;

/// <summary>Counts what arrives, and keeps each trade's latency where that is measured. Thread-safe.</summary>
internal sealed class Arrivals(bool keepsLatencies)
{
    private readonly ConcurrentQueue<long> _latencies = new();
    private long _records;

    /// <summary>Microseconds of a clock that only goes forward.</summary>
    public static long Now => (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;

    public long Records => Volatile.Read(ref _records);

    public void Count(int records) => Interlocked.Add(ref _records, records);

    public void Take(Timestamp produced, long now)
    {
        if (keepsLatencies) _latencies.Enqueue(now - produced.Microseconds);
    }

    /// <summary>Returns p50 and p99 in milliseconds and the number of trades.</summary>
    public (double P50, double P99, int Count) Percentiles(int skip)
    {
        var sorted = _latencies.Skip(skip).Order().ToList();
        return sorted.Count == 0 ? (0, 0, 0) : (sorted[sorted.Count / 2] / 1000.0, sorted[(int)(sorted.Count * 0.99)] / 1000.0, sorted.Count);
    }
}
