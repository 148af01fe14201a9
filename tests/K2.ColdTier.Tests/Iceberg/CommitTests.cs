using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Iceberg;

public sealed class CommitTests
{
    private readonly InMemoryObjectStore _store = new(TimeProvider.System);

    [Fact]
    public async Task Positions_DecideWhatACommitDoes()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        await CommitAsync(table, new WatermarkStep("p/0", null, 10));

        // The same again by another exporter: nothing.
        Assert.Equal(CommitOutcome.AlreadyDone, (await CommitAsync(table, new WatermarkStep("p/0", null, 10))).Outcome);
        Assert.Equal(CommitOutcome.AlreadyDone, (await CommitAsync(table, new WatermarkStep("p/0", 5, 8))).Outcome);
        // A zombie that began elsewhere: stopped.
        var fenced = await Assert.ThrowsAsync<FencedException>(() => CommitAsync(table, new WatermarkStep("p/0", 5, 15)));
        Assert.Equal((5L, 10L), (fenced.Expected, fenced.Actual));
        await Assert.ThrowsAsync<FencedException>(() => CommitAsync(table, new WatermarkStep("p/0", null, 15)));
        // Half of it done by another one: stopped too.
        await Assert.ThrowsAsync<FencedException>(() => CommitAsync(table, new WatermarkStep("p/0", 9, 10), new WatermarkStep("p/1", null, 3)));
        Assert.Equal(CommitOutcome.Committed, (await CommitAsync(table, new WatermarkStep("p/0", 10, 10), new WatermarkStep("p/1", null, 3))).Outcome);

        Assert.Equal([new("p/0", 10), new("p/1", 3)], IcebergTable.Watermarks(await table.LoadAsync(default)));
        Assert.Equal(2, (await table.FilesAsync()).Count);
    }

    [Fact]
    public async Task Partition_ThatIsReplaced_MustHoldWhatWasRead()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var (read, other) = (await Tables.FileAsync(_store, 1, "a", 3), await Tables.FileAsync(_store, 1, "a", 4));
        await table.CommitAsync(Tables.Append(read), default);
        var replacement = new TableCommit { Operation = TableOperation.Overwrite, RemovesExactly = true, RemovedPartitions = [[1, "a"]], Removed = [read.Path], Added = [await Tables.FileAsync(_store, 1, "a", 5)] };

        // Somebody has put a file there meanwhile; then took the one away that was read.
        await table.CommitAsync(Tables.Append(other), default);
        await Assert.ThrowsAsync<CommitConflictException>(() => table.CommitAsync(replacement, default));
        await table.CommitAsync(new TableCommit { Operation = TableOperation.Delete, Removed = [read.Path] }, default);
        await Assert.ThrowsAsync<CommitConflictException>(() => table.CommitAsync(replacement, default));

        // A partition that was empty must still be.
        await Assert.ThrowsAsync<CommitConflictException>(() => table.CommitAsync(replacement with { Removed = [] }, default));
        Assert.Equal(CommitOutcome.Committed, (await table.CommitAsync(replacement with { Removed = [other.Path] }, default)).Outcome);
        Assert.Equal(5, Assert.Single(await table.FilesAsync()).RecordCount);
    }

    [Fact]
    public async Task Summary_IsCarriedForwardByEveryCommit()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var first = Tables.Append(await Tables.FileAsync(_store, 1, "a", 3), new WatermarkStep("p/0", null, 10));
        await table.CommitAsync(first with { Summary = first.Summary.Add("k2.epoch", "4").Add("k2.commit.rows", "3") }, default);
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 1, "a", 3)), default);
        await table.MergeManifestsAsync(1, default);

        var summary = (await table.LoadAsync(default)).Metadata.Current!.Summary;

        Assert.Equal(("10", "4", null, "6", "replace"), (summary["k2.watermark.p/0"], summary["k2.epoch"], summary.GetValueOrDefault("k2.commit.rows"), summary["total-records"], summary["operation"]));
    }

    [Fact]
    public async Task ForeignCommit_DoesNotLoseThePositions()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        await CommitAsync(table, new WatermarkStep("p/0", null, 10));
        // Another program's snapshot has none of our entries.
        var version = await table.LoadAsync(default);
        var foreign = version.Metadata.Current! with { Id = 99, ParentId = version.Metadata.CurrentSnapshotId, SequenceNumber = 2, TimestampMs = version.Metadata.LastUpdatedMs + 1, Summary = version.Metadata.Current!.Summary.Clear().Add("operation", "append") };
        await new FileTableCatalog(_store, "cold/trades").TryCommitAsync(version, version.Metadata.After(version.MetadataFile, TimeProvider.System.GetUtcNow()).With(foreign), default);

        Assert.Equal(10, IcebergTable.Watermarks(await table.LoadAsync(default))["p/0"]);
        Assert.Equal(0, await table.ExpireAsync(DateTimeOffset.MaxValue, 1, default));
        await Assert.ThrowsAsync<FencedException>(() => CommitAsync(table, new WatermarkStep("p/0", 3, 12)));
        await CommitAsync(table, new WatermarkStep("p/0", 10, 12));
        Assert.Equal("12", (await table.LoadAsync(default)).Metadata.Current!.Summary["k2.watermark.p/0"]);
    }

    [Fact]
    public async Task RewrittenPartition_LosesItsOldFilesOnly()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var kept = new[] { await Tables.FileAsync(_store, 1, "b", 3), await Tables.FileAsync(_store, 2, "a", 3) };
        await table.CommitAsync(new TableCommit { Operation = TableOperation.Append, Added = [await Tables.FileAsync(_store, 1, "a", 5), .. kept] }, default);
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 1, "a", 7)), default);
        var next = await Tables.FileAsync(_store, 1, "a", 11);

        await table.CommitAsync(new TableCommit { Operation = TableOperation.Overwrite, Added = [next], RemovedPartitions = [[1, "a"]] }, default);

        Assert.Equal(kept.Append(next).Select(file => file.Path).Order(), (await table.FilesAsync()).Select(file => file.Path).Order());
        var summary = (await table.LoadAsync(default)).Metadata.Current!.Summary;
        Assert.Equal(("2", "12", "17", "3"), (summary["deleted-data-files"], summary["deleted-records"], summary["total-records"], summary["total-data-files"]));
        Assert.Equal("17", summary["total-files-size"]);
        Assert.Empty((await table.AuditAsync(default)).Problems);
    }

    [Fact]
    public async Task DeletedPartition_IsGoneAndDeletingItAgainDoesNothing()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 1, "a", 5)), default);
        var delete = new TableCommit { Operation = TableOperation.Delete, RemovedPartitions = [[1, "a"]] };

        Assert.Equal(CommitOutcome.Committed, (await table.CommitAsync(delete, default)).Outcome);
        Assert.Equal(CommitOutcome.NothingToDo, (await table.CommitAsync(delete, default)).Outcome);

        Assert.Empty(await table.FilesAsync());
        Assert.Equal("0", (await table.LoadAsync(default)).Metadata.Current!.Summary["total-records"]);
    }

    [Fact]
    public async Task Replacement_ChecksItsInputsAndRows()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var (one, two) = (await Tables.FileAsync(_store, 1, "a", 5), await Tables.FileAsync(_store, 1, "a", 6));
        await table.CommitAsync(Tables.Append(one), default);
        await table.CommitAsync(Tables.Append(two), default);
        var replacement = new TableCommit { Operation = TableOperation.Replace, Removed = [one.Path, two.Path], Added = [await Tables.FileAsync(_store, 1, "a", 11)] };

        await Assert.ThrowsAsync<ArgumentException>(async () => await table.CommitAsync(replacement with { Added = [await Tables.FileAsync(_store, 1, "a", 10)] }, default));
        await table.CommitAsync(replacement, default);
        // Another compaction of the same files is too late.
        await Assert.ThrowsAsync<CommitConflictException>(async () => await table.CommitAsync(replacement with { Added = [await Tables.FileAsync(_store, 1, "a", 11)] }, default));

        Assert.Single(await table.FilesAsync());
        Assert.Empty((await table.AuditAsync(default)).Problems);
    }

    [Fact]
    public async Task StoreThatIsAway_IsAnErrorThatSaysWhetherTheOutcomeIsKnown()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var file = await Tables.FileAsync(_store, 1, "a", 5);
        _store.Faults = (_, _) => StoreFault.RefuseBefore;
        var away = await Assert.ThrowsAsync<ObjectStoreException>(() => table.CommitAsync(Tables.Append(file), default));
        Assert.True(away.IsTransient);

        // The put is done, its answer is lost, and then the store is away.
        var lost = false;
        _store.Faults = (call, key) => lost ? StoreFault.RefuseBefore : call == "putIfAbsent" && (lost = true) ? StoreFault.LoseAnswer : StoreFault.None;
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => table.CommitAsync(Tables.Append(file), default));

        _store.Faults = (_, _) => StoreFault.None;
        Assert.Single(await table.FilesAsync());
    }

    [Fact]
    public async Task ConflictsWithoutEnd_AreOneError()
    {
        await Tables.CreateAsync(_store, TimeProvider.System);
        var table = Tables.Open(_store, TimeProvider.System, options: new CommitOptions { Attempts = 7, FirstPause = TimeSpan.FromMilliseconds(0.1) });
        var puts = 0;
        _store.Faults = (call, _) => call == "putIfAbsent" && Interlocked.Increment(ref puts) > 0 ? StoreFault.Conflict : StoreFault.None;

        await Assert.ThrowsAsync<CommitConflictException>(async () => await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 1, "a", 5)), default));

        Assert.Equal(7, puts);
    }

    [Fact]
    public async Task WrongCommits_AreRefusedBeforeAnythingIsWritten()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var file = await Tables.FileAsync(_store, 1, "a", 5);
        foreach (var wrong in new[]
        {
            Tables.Append(file with { Partition = [1] }),
            Tables.Append(file with { RecordCount = 0 }),
            Tables.Append(file with { Path = "elsewhere/x" }),
            Tables.Append(file with { Path = "data/../x" }),
            Tables.Append(file) with { Added = [file, file] },
            Tables.Append(file) with { Removed = ["data/x"] },
            Tables.Append(file) with { Watermarks = [new("p", 5, 4)] },
            Tables.Append(file) with { Operation = TableOperation.Delete },
            new TableCommit { Operation = TableOperation.Append, Summary = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("total-records", "9") },
        })
        {
            // Positions are looked at first; a step that falls meets the fence as well.
            await Assert.ThrowsAnyAsync<Exception>(() => table.CommitAsync(wrong, default));
        }

        Assert.Equal(1, (await table.LoadAsync(default)).Version);
    }

    private async Task<CommitResult> CommitAsync(IcebergTable table, params WatermarkStep[] steps) => await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 1, "a", 3), steps), default);
}
