using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.TestKit.Cold;
using Microsoft.Extensions.Time.Testing;

namespace K2.ColdTier.Tests.Iceberg;

public sealed class MaintenanceTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(3);
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 2, 0, 0, TimeSpan.Zero));
    private readonly InMemoryObjectStore _store;

    public MaintenanceTests() => _store = new InMemoryObjectStore(_time);

    [Fact]
    public async Task Expiry_KeepsTheLastAndTheYoung()
    {
        var table = await DailyAsync(10);

        Assert.Equal(2, await table.ExpireAsync(_time.GetUtcNow() - TimeSpan.FromDays(7), 3, default));
        Assert.Equal(0, await table.ExpireAsync(_time.GetUtcNow() - TimeSpan.FromDays(7), 3, default));
        Assert.Equal(5, await table.ExpireAsync(DateTimeOffset.MaxValue, 3, default));

        var metadata = (await table.LoadAsync(default)).Metadata;
        Assert.Equal((3, 3), (metadata.Snapshots.Length, metadata.SnapshotLog.Length));
        Assert.Equal(10, (await table.FilesAsync()).Count);
        Assert.Equal(9, IcebergTable.Watermarks(await table.LoadAsync(default))["p"]);
    }

    [Fact]
    public async Task Sweep_DeletesWhatNothingRefersToAfterTheGracePeriodOnly()
    {
        var table = await DailyAsync(2);
        var files = await table.FilesAsync();
        var before = await table.LoadAsync(default);
        await table.CommitAsync(new TableCommit { Operation = TableOperation.Replace, Removed = [.. files.Select(file => file.Path)], Added = [await Tables.FileAsync(_store, 1, "a", 6)] }, default);
        await _store.PutAsync("cold/trades/data/orphan.parquet", new byte[4], default);
        await _store.PutAsync("cold/other/data/neighbour.parquet", new byte[4], default);
        _time.Advance(TimeSpan.FromHours(1));
        await table.ExpireAsync(DateTimeOffset.MaxValue, 1, default);

        // A reader of the old snapshot still finds its files, and so does one that comes a moment before the grace period ends.
        Assert.Empty((await table.SweepAsync(Grace, _time, default)).Deleted);
        _time.Advance(Grace - TimeSpan.FromMinutes(1));
        Assert.DoesNotContain("cold/trades/" + files[0].Path, (await table.SweepAsync(Grace, _time, default)).Deleted);
        Assert.Equal(2, (await table.FilesAsync(before, before.Metadata.Current!, default)).Count);

        _time.Advance(TimeSpan.FromMinutes(2));
        var swept = await table.SweepAsync(Grace, _time, default);
        foreach (var file in files) Assert.Contains("cold/trades/" + file.Path, swept.Deleted);
        Assert.Null(await _store.HeadAsync("cold/trades/data/orphan.parquet", default));
        Assert.NotNull(await _store.HeadAsync("cold/other/data/neighbour.parquet", default));
        Assert.Empty((await table.SweepAsync(Grace, _time, default)).Deleted);
        Assert.Empty((await table.AuditAsync(default)).Problems);
        Assert.Single(await table.FilesAsync());
    }

    [Fact]
    public async Task Sweep_LeavesFilesOfACommitThatIsUnderWay()
    {
        var table = await DailyAsync(1);
        _time.Advance(TimeSpan.FromDays(30));
        var pending = await Tables.FileAsync(_store, 1, "a", 6);

        var swept = await table.SweepAsync(Grace, _time, default);

        Assert.Equal(1, swept.Young);
        await table.CommitAsync(Tables.Append(pending), default);
        Assert.Empty((await table.AuditAsync(default)).Problems);
    }

    [Fact]
    public async Task Sweep_KeepsTheLastHundredMetadataFiles()
    {
        var table = await DailyAsync(1);
        for (var number = 0; number < 120; number++) await table.CommitAsync(new TableCommit { Operation = TableOperation.Append, Watermarks = [new("q", number == 0 ? null : number - 1, number)] }, default);
        _time.Advance(TimeSpan.FromDays(30));
        await table.ExpireAsync(_time.GetUtcNow(), 3, default);
        _time.Advance(TimeSpan.FromDays(30));

        await table.SweepAsync(Grace, _time, default);

        var versions = new List<string>();
        await foreach (var found in _store.ListAsync("cold/trades/metadata/v", default)) versions.Add(found.Key);
        Assert.Equal(101, versions.Count);
        Assert.Contains("cold/trades/metadata/v123.metadata.json", versions);
        Assert.Empty((await table.AuditAsync(default)).Problems);
    }

    [Fact]
    public async Task MergedManifests_HoldTheSameFilesAndMergingAgainDoesNothing()
    {
        var table = await DailyAsync(8);
        var before = (await table.FilesAsync()).Select(file => file.Path).Order().ToList();

        Assert.Equal(CommitOutcome.NothingToDo, (await table.MergeManifestsAsync(8, default)).Outcome);
        Assert.Equal(CommitOutcome.Committed, (await table.MergeManifestsAsync(7, default)).Outcome);
        Assert.Equal(CommitOutcome.NothingToDo, (await table.MergeManifestsAsync(7, default)).Outcome);

        Assert.Equal(before, (await table.FilesAsync()).Select(file => file.Path).Order());
        Assert.Empty((await table.AuditAsync(default)).Problems);
        Assert.Equal(7, IcebergTable.Watermarks(await table.LoadAsync(default))["p"]);
    }

    [Fact]
    public async Task Audit_SeesEveryKindOfDamage()
    {
        var table = await DailyAsync(3);
        var files = await table.FilesAsync();
        Assert.Equal((3, 9L, 0), ((await table.AuditAsync(default)) is var good ? (good.Files, good.Rows, good.Problems.Count) : default));

        await _store.DeleteAsync(["cold/trades/" + files[0].Path], default);
        await _store.PutAsync("cold/trades/" + files[1].Path, new byte[1], default);
        // The same path once more, as a repeated commit without positions would add it.
        await table.CommitAsync(Tables.Append(files[2]), default);

        var problems = (await table.AuditAsync(default)).Problems;
        Assert.Contains(problems, problem => problem.Contains("is not there", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("has 1 bytes, not 3", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Contains("2 times", StringComparison.Ordinal));
        Assert.Equal(3, problems.Count);
    }

    // One file of three rows a day.
    private async Task<IcebergTable> DailyAsync(int days)
    {
        var table = await Tables.CreateAsync(_store, _time);
        for (long day = 0; day < days; day++)
        {
            if (day > 0) _time.Advance(TimeSpan.FromDays(1));
            await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, (int)day, "a", 3), new WatermarkStep("p", day == 0 ? null : day - 1, day)), default);
        }

        return table;
    }
}
