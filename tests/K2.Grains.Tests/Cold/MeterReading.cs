using System.Diagnostics.Metrics;
using K2.Grains.Cold;

namespace K2.Grains.Tests.Cold;

/// <summary>The figures of one table as a collector sees them: sums of counters and histograms, the last values of gauges.</summary>
internal sealed class MeterReading : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, double> _values = new(StringComparer.Ordinal);
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
            lock (_values)
            {
                // What an instrument no longer tells is gone.
                foreach (var gauge in _values.Keys.Where(key => key.Contains(".age", StringComparison.Ordinal) || key.Contains(".audit.", StringComparison.Ordinal)).ToList()) _values.Remove(gauge);
                _listener.RecordObservableInstruments();
                return _values.TryGetValue(name, out var value) ? value : null;
            }
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var all = tags.ToArray();
        if (!all.Contains(new KeyValuePair<string, object?>("table", _table))) return;
        var key = string.Join(' ', [instrument.Name, instrument.Unit, .. all.Where(tag => tag.Key != "table").Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal)]);
        lock (_values) _values[key] = instrument.IsObservable ? value : _values.GetValueOrDefault(key) + value;
    }
}
