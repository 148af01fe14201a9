using System.Diagnostics.Metrics;

namespace K2.Warehouse.Writing;

/// <summary>What the writer does, as metrics of the meter <c>K2.Writer</c>. Tags are names of tables and kinds of failures, so few. Thread-safe.</summary>
internal sealed class WriterMetrics : IDisposable
{
    private static readonly double[] FlushSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
    private static readonly string[] Kinds = ["transient", "poison", "fatal"];
    private readonly Meter _meter = new("K2.Writer");
    private readonly Histogram<double> _flushes;
    private readonly Counter<long> _rows;

    // By kind, told from the start: a series that begins with its first failure shows no rise.
    private readonly long[] _failures = new long[Kinds.Length];

    public WriterMetrics()
    {
        _flushes = _meter.CreateHistogram<double>("k2.writer.flush.duration", "s", "From taking a group of flushes to the durable checkpoints", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = FlushSeconds });
        _rows = _meter.CreateCounter<long>("k2.writer.rows", "{row}", "Rows that ClickHouse took");
        _meter.CreateObservableCounter(
            "k2.writer.failures",
            () => Kinds.Select((kind, i) => new Measurement<long>(Volatile.Read(ref _failures[i]), new KeyValuePair<string, object?>("kind", kind))),
            "{insert}",
            "Inserts that failed: transient ones are repeated, poison ones are split until the refused row stands alone");
    }

    /// <summary>Exports what waits inside the writer or is being written.</summary>
    public void Observe(FlushQueue queue)
    {
        _meter.CreateObservableGauge("k2.writer.waiting.rows", () => queue.HeldRows, "{row}", "Rows that wait in the writer or are being written");
        _meter.CreateObservableGauge("k2.writer.waiting", () => queue.HeldBytes, "By", "Bytes, by estimate, that wait in the writer or are being written");
        _meter.CreateObservableGauge("k2.writer.blocked", () => queue.Outside, "{caller}", "Symbols that wait for room in the writer");
    }

    public void Flushed(TimeSpan duration) => _flushes.Record(duration.TotalSeconds);

    public void Took(string table, int rows) => _rows.Add(rows, new KeyValuePair<string, object?>("table", table));

    public void Failed(FailureClass failure) => Interlocked.Increment(ref _failures[failure switch
    {
        FailureClass.Transient => 0,
        FailureClass.Poison => 1,
        _ => 2,
    }]);

    public void Dispose() => _meter.Dispose();
}
