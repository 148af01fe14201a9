using System.Diagnostics.Metrics;
using K2.Grains.Cold;

namespace K2.Grains.Tests.Cold;

/// <summary>The figures of one table as a collector sees them: sums of counters and histograms, the last values of gauges.</summary>
internal sealed class MeterReading : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _sums = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _observed = new(StringComparer.Ordinal);
    private readonly string _table;

    public MeterReading(string table)
    {
        _table = table;
        _listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == ColdMetrics.MeterName) listening.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Returns a figure, or null if there is none: <c>name unit tag=value …</c>, without the table.</summary>
    public double? this[string name]
    {
        get
        {
            lock (_sums)
            {
                // What an instrument no longer tells is gone.
                _observed.Clear();
                _listener.RecordObservableInstruments();
                return _observed.TryGetValue(name, out var value) || _sums.TryGetValue(name, out value) ? value : null;
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray();
        if (!all.Contains(new KeyValuePair<string, object?>("table", _table))) return;
        var key = string.Join(' ', [instrument.Name, instrument.Unit, .. all.Where(tag => tag.Key != "table").Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal)]);
        lock (_sums)
        {
            if (instrument.IsObservable) _observed[key] = value;
            else _sums[key] = _sums.GetValueOrDefault(key) + value;
        }
    }
}
