using K2.Contracts.Cold;
using K2.Grains.Cold;
using Microsoft.Extensions.Time.Testing;

namespace K2.Grains.Tests.Cold;

public sealed class ColdMetricsTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly string _table = $"t{Guid.NewGuid():N}";

    [Fact]
    public void Record_Export_CountsWhatItTookOver()
    {
        using var metrics = new ColdMetrics(_time);
        using var seen = new MeterReading(_table);

        metrics.Record(Run(ColdWork.Export, "exported") with { Rows = 100, Files = 2, Bytes = 4096 });
        metrics.Record(Run(ColdWork.Export, "nothing"));

        Assert.Equal(100, seen["k2.cold.export.rows {row}"]);
        Assert.Equal(2, seen["k2.cold.export.files {file}"]);
        Assert.Equal(4096, seen["k2.cold.export.size By"]);
        Assert.Equal(90, seen["k2.cold.export.duration s outcome=exported"]);
        Assert.Equal(1, seen["k2.cold.runs {run} outcome=exported work=export"]);
        Assert.Equal(1, seen["k2.cold.runs {run} outcome=nothing work=export"]);
    }

    [Fact]
    public void Begin_BadRuns_StandAtNoneBeforeTheFirst()
    {
        using var metrics = new ColdMetrics(_time);
        using var seen = new MeterReading(_table);
        Assert.Null(seen["k2.cold.runs {run} outcome=failed work=export"]);

        metrics.Begin(_table, _time.GetUtcNow());

        foreach (var work in (string[])["export", "maintain", "audit"])
        {
            foreach (var outcome in (string[])["failed", "different"]) Assert.Equal(0, seen[$"k2.cold.runs {{run}} outcome={outcome} work={work}"]);
        }

        metrics.Record(Run(ColdWork.Maintain, "failed", "the store is away"));
        Assert.Equal(1, seen["k2.cold.runs {run} outcome=failed work=maintain"]);
    }

    [Fact]
    public void Age_GrowsUntilTheNextGoodExport()
    {
        using var metrics = new ColdMetrics(_time);
        using var seen = new MeterReading(_table);
        metrics.Begin(_table, _time.GetUtcNow());

        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(1200, seen["k2.cold.export.age s"]);

        metrics.Record(Run(ColdWork.Export, "failed", "the store is away"));
        metrics.Record(Run(ColdWork.Audit, "equal"));
        Assert.Equal(1200, seen["k2.cold.export.age s"]);
        Assert.Equal(1, seen["k2.cold.runs {run} outcome=failed work=export"]);

        metrics.Record(Run(ColdWork.Export, "nothing"));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(5, seen["k2.cold.export.age s"]);

        metrics.End(_table);
        Assert.Null(seen["k2.cold.export.age s"]);
    }

    [Fact]
    public void Record_AuditAndMaintenance_TellWhatTheyFound()
    {
        using var metrics = new ColdMetrics(_time);
        using var seen = new MeterReading(_table);

        metrics.Record(Run(ColdWork.Audit, "different", "day 1 differs", "day 2 differs") with { Rows = 7 });
        metrics.Record(Run(ColdWork.Maintain, "maintained") with { Files = 12 });

        Assert.Equal(7, seen["k2.cold.audit.rows {row}"]);
        Assert.Equal(2, seen["k2.cold.audit.problems {problem}"]);
        Assert.Equal(12, seen["k2.cold.maintenance.deleted_files {file}"]);
        Assert.Equal(1, seen["k2.cold.runs {run} outcome=different work=audit"]);

        metrics.Record(Run(ColdWork.Audit, "equal") with { Rows = 9 });
        Assert.Equal(0, seen["k2.cold.audit.problems {problem}"]);
    }

    private ColdRun Run(ColdWork work, string outcome, params string[] problems) => new()
    {
        Table = _table,
        Work = work,
        JobId = Guid.Empty,
        Started = _time.GetUtcNow().UtcDateTime.AddSeconds(-90),
        Ended = _time.GetUtcNow().UtcDateTime,
        Outcome = outcome,
        Problems = [.. problems],
    };
}
