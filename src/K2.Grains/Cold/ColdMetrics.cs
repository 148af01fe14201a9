using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using K2.Contracts.Cold;

namespace K2.Grains.Cold;

/// <summary>
/// Exports what is done with the cold tables as metrics of the meter <c>K2.Cold</c>, by table: what exports took over and how long they took, how old the last good one is, what the last
/// audit found, what maintenance deleted, and all runs by work and outcome. Of the tables that this silo works on. Thread-safe.
/// </summary>
internal sealed class ColdMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "K2.Cold";

    private readonly Meter _meter = new(MeterName);
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _exported = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ColdRun> _audits = new(StringComparer.Ordinal);
    private readonly Counter<long> _runs;
    private readonly Counter<long> _rows;
    private readonly Counter<long> _files;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _deleted;

    public ColdMetrics(TimeProvider time)
    {
        _time = time;
        _runs = _meter.CreateCounter<long>("k2.cold.runs", "{run}", "Work on cold tables that has ended, by work (export, maintain, audit, restore) and outcome");
        _rows = _meter.CreateCounter<long>("k2.cold.export.rows", "{row}", "Rows that exports wrote; of a gold table those of all rewritten days");
        _files = _meter.CreateCounter<long>("k2.cold.export.files", "{file}", "Files that exports wrote");
        _bytes = _meter.CreateCounter<long>("k2.cold.export.size", "By", "Bytes of the files that exports wrote");
        _duration = _meter.CreateHistogram<double>("k2.cold.export.duration", "s", "How long exports took, by outcome");
        _deleted = _meter.CreateCounter<long>("k2.cold.maintenance.deleted_files", "{file}", "Files that maintenance deleted");
        _meter.CreateObservableGauge("k2.cold.export.age", Ages, "s", "Time since the last good export, or since this silo took the table over if there was none");
        _meter.CreateObservableGauge("k2.cold.audit.rows", () => _audits.Values.Select(run => new Measurement<long>(run.Rows, Tag(run.Table))), "{row}", "Rows that the last audit compared");
        _meter.CreateObservableGauge("k2.cold.audit.problems", () => _audits.Values.Select(run => new Measurement<long>(run.Problems.Length, Tag(run.Table))), "{problem}", "What the last audit found wrong, or 1 if it failed");
    }

    /// <summary>Counts a table's age from a time, and its bad runs from none: a series that is born at 1 has never increased for who looks at its increase.</summary>
    public void Begin(string table, DateTimeOffset at)
    {
        _exported[table] = at;
        foreach (var work in (ColdWork[])[ColdWork.Export, ColdWork.Maintain, ColdWork.Audit])
        {
            foreach (var outcome in (string[])["failed", "different"]) _runs.Add(0, Tag(table), new("work", WordOf(work)), new("outcome", outcome));
        }
    }

    /// <summary>Forgets the table: another silo takes it over.</summary>
    public void End(string table)
    {
        _exported.TryRemove(table, out _);
        _audits.TryRemove(table, out _);
    }

    /// <summary>Takes in a run that has ended.</summary>
    public void Record(ColdRun run)
    {
        var (table, work, outcome) = (Tag(run.Table), WordOf(run.Work), new KeyValuePair<string, object?>("outcome", run.Outcome));
        _runs.Add(1, table, new("work", work), outcome);
        switch (run.Work)
        {
            case ColdWork.Export:
                _rows.Add(run.Rows, table);
                _files.Add(run.Files, table);
                _bytes.Add(run.Bytes, table);
                _duration.Record((run.Ended!.Value - run.Started).TotalSeconds, table, outcome);
                if (run.IsGood) _exported[run.Table] = new DateTimeOffset(run.Ended.Value, TimeSpan.Zero);
                break;
            case ColdWork.Maintain:
                _deleted.Add(run.Files, table);
                break;
            case ColdWork.Audit:
                _audits[run.Table] = run;
                break;
        }
    }

    /// <summary>Returns the word for a kind of work in metrics and records.</summary>
    public static string WordOf(ColdWork work) => work.ToString().ToLowerInvariant();

    public void Dispose() => _meter.Dispose();

    private static KeyValuePair<string, object?> Tag(string table) => new("table", table);

    private IEnumerable<Measurement<double>> Ages()
    {
        var now = _time.GetUtcNow();
        return _exported.Select(pair => new Measurement<double>((now - pair.Value).TotalSeconds, Tag(pair.Key)));
    }
}
