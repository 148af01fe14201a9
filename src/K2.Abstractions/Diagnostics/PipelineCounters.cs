using System.Diagnostics.Metrics;

namespace K2.Abstractions.Diagnostics;

/// <summary>
/// What has passed each stage of the trade path since the process started. The status line, the run summary and <c>k2 status</c> read it;
/// the same numbers are exported as metrics of the meter <c>K2.Pipeline</c>. Thread-safe.
/// </summary>
public sealed class PipelineCounters : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "K2.Pipeline";

    private readonly Meter _meter = new(MeterName);
    private readonly long[] _values = new long[Enum.GetValues<PipelineStage>().Length];

    /// <summary>Makes counters that start at zero.</summary>
    public PipelineCounters()
    {
        foreach (var stage in Enum.GetValues<PipelineStage>())
        {
            _meter.CreateObservableCounter($"k2.pipeline.{stage.ToString().ToLowerInvariant()}", () => this[stage]);
        }
    }

    /// <summary>Returns a stage's count.</summary>
    public long this[PipelineStage stage] => Volatile.Read(ref _values[(int)stage]);

    /// <summary>Adds to a stage's count.</summary>
    public void Add(PipelineStage stage, long count) => Interlocked.Add(ref _values[(int)stage], count);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
