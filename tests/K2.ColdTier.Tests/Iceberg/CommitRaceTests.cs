using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Iceberg.Metadata;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Iceberg;

/// <summary>Another commit comes exactly between the plan and the put of one.</summary>
public sealed class CommitRaceTests
{
    private readonly InMemoryObjectStore _store = new(TimeProvider.System);

    [Fact]
    public async Task MergedManifests_AfterACompactionCameBetween_AreMadeAnew()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var files = new[] { await Tables.FileAsync(_store, 1, "a", 3), await Tables.FileAsync(_store, 1, "a", 4), await Tables.FileAsync(_store, 2, "a", 5) };
        foreach (var file in files) await table.CommitAsync(Tables.Append(file), default);
        var compacted = await Tables.FileAsync(_store, 1, "a", 7);

        var merge = await Interrupted(() => table.CommitAsync(new TableCommit { Operation = TableOperation.Replace, Removed = [files[0].Path, files[1].Path], Added = [compacted] }, default)).MergeManifestsAsync(1, default);

        Assert.Equal((CommitOutcome.Committed, 2), (merge.Outcome, merge.Attempts));
        Assert.Equal(new[] { compacted.Path, files[2].Path }.Order(), (await table.FilesAsync()).Select(file => file.Path).Order());
        Assert.Empty((await table.AuditAsync(default)).Problems);
    }

    [Fact]
    public async Task RewrittenPartition_LosesWhatCameBetweenToo()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        await table.CommitAsync(Tables.Append(await Tables.FileAsync(_store, 1, "a", 3)), default);
        var next = await Tables.FileAsync(_store, 1, "a", 9);
        var between = await Tables.FileAsync(_store, 1, "a", 4);

        await Interrupted(() => table.CommitAsync(Tables.Append(between), default)).CommitAsync(new TableCommit { Operation = TableOperation.Overwrite, RemovedPartitions = [[1, "a"]], Added = [next] }, default);

        Assert.Equal(next.Path, Assert.Single(await table.FilesAsync()).Path);
        Assert.Empty((await table.AuditAsync(default)).Problems);
    }

    [Fact]
    public async Task Replacement_WhoseInputWentAwayBetween_IsRefused()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var file = await Tables.FileAsync(_store, 1, "a", 3);
        await table.CommitAsync(Tables.Append(file), default);
        var replacement = new TableCommit { Operation = TableOperation.Replace, Removed = [file.Path], Added = [await Tables.FileAsync(_store, 1, "a", 3)] };

        await Assert.ThrowsAsync<CommitConflictException>(() => Interrupted(() => table.CommitAsync(new TableCommit { Operation = TableOperation.Delete, RemovedPartitions = [[1, "a"]] }, default)).CommitAsync(replacement, default));

        Assert.Empty(await table.FilesAsync());
    }

    [Fact]
    public async Task Export_WhoseRangeAnotherExporterCommittedBetween_IsDoneOrFenced()
    {
        var table = await Tables.CreateAsync(_store, TimeProvider.System);
        var (mine, theirs) = (await Tables.FileAsync(_store, 1, "a", 3), await Tables.FileAsync(_store, 1, "a", 3));

        var same = await Interrupted(() => table.CommitAsync(Tables.Append(theirs, new WatermarkStep("p", null, 5)), default)).CommitAsync(Tables.Append(mine, new WatermarkStep("p", null, 5)), default);
        await Assert.ThrowsAsync<FencedException>(() => Interrupted(() => table.CommitAsync(Tables.Append(theirs with { Path = "data/x" }, new WatermarkStep("p", 5, 7)), default)).CommitAsync(Tables.Append(mine, new WatermarkStep("p", 5, 9)), default));

        Assert.Equal(CommitOutcome.AlreadyDone, same.Outcome);
        Assert.DoesNotContain(mine.Path, (await table.FilesAsync()).Select(file => file.Path));
    }

    private IcebergTable Interrupted(Func<Task> between) => Tables.Open(_store, TimeProvider.System, catalog: new InterruptedCatalog(new FileTableCatalog(_store, "cold/trades"), between));

    private sealed class InterruptedCatalog(ITableCatalog inner, Func<Task> between) : ITableCatalog
    {
        private bool _done;

        public Task<VersionedTable?> LoadAsync(CancellationToken cancellationToken) => inner.LoadAsync(cancellationToken);

        public async Task<VersionedTable?> TryCommitAsync(VersionedTable? expected, TableMetadata next, CancellationToken cancellationToken)
        {
            if (!_done)
            {
                _done = true;
                await between();
            }

            return await inner.TryCommitAsync(expected, next, cancellationToken);
        }
    }
}
