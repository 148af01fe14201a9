using CsCheck;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Iceberg;

/// <summary>Exactly once, whatever the store answers: properties over seeds. CsCheck prints the seed of a failure.</summary>
public sealed class CommitProtocolTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task SixteenWriters_EachCommitsFiveTimes_AllLandOnce(bool lostAnswers)
    {
        var store = new InMemoryObjectStore(TimeProvider.System);
        await Tables.CreateAsync(store, TimeProvider.System);
        if (lostAnswers) store.Faults = Injected(new Random(11), 0.25);

        var results = await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            var table = Tables.Open(store, TimeProvider.System, writer, options: new CommitOptions { Attempts = 2000, StoreFailures = 200, FirstPause = TimeSpan.FromMilliseconds(0.1), LongestPause = TimeSpan.FromMilliseconds(4) });
            var attempts = 0;
            for (var number = 0; number < 5; number++)
            {
                var name = $"w{writer}";
                var file = await RetryAsync(() => Tables.FileAsync(store, writer, "a", 1));
                var result = await table.CommitAsync(Tables.Append(file, new WatermarkStep(name, number == 0 ? null : number - 1, number)), default);
                Assert.Equal(CommitOutcome.Committed, result.Outcome);
                attempts += result.Attempts;
            }

            return attempts;
        })));

        store.Faults = (_, _) => StoreFault.None;
        var table = Tables.Open(store, TimeProvider.System);
        var version = await table.LoadAsync(default);
        var audit = await table.AuditAsync(default);
        Assert.Equal((80, 80L), (audit.Files, audit.Rows));
        Assert.Empty(audit.Problems);
        Assert.Equal(80, version.Metadata.Snapshots.Length);
        Assert.Equal(81, version.Version);
        Assert.Equal(16, IcebergTable.Watermarks(version).Count(position => position.Value == 4));
        Assert.True(results.Sum() > 80, "the writers never met");
    }

    [Fact]
    public async Task Exporters_WithZombiesAndFaults_ExportEveryRangeOnce() =>
        await Gen.Int.SampleAsync(async seed =>
        {
            var random = new Random(seed);
            var store = new InMemoryObjectStore(TimeProvider.System);
            await Tables.CreateAsync(store, TimeProvider.System);
            store.Faults = Injected(random, 0.2);
            const long End = 12;

            // Each does what an exporter does: read the position, export the range behind it, commit, and after any failure begin anew.
            async Task ExportAsync(int exporter)
            {
                var draw = new Random(seed ^ exporter);
                var table = Tables.Open(store, TimeProvider.System, exporter);
                for (var run = 0; run < 1000; run++)
                {
                    try
                    {
                        var version = await table.LoadAsync(default);
                        long? from = IcebergTable.Watermarks(version).TryGetValue("p/0", out var position) ? position : null;
                        if (from >= End) return;
                        var to = Math.Min(End, (from ?? 0) + draw.Next(1, 4));
                        var file = await Tables.FileAsync(store, 1, "a", to - (from ?? 0));
                        await table.CommitAsync(Tables.Append(file, new WatermarkStep("p/0", from, to)), default);
                    }
                    catch (Exception failure) when (failure is ObjectStoreException or FencedException or CommitConflictException)
                    {
                        await Task.Yield();
                    }
                }

                Assert.Fail("an exporter never came to the end");
            }

            await Task.WhenAll(Enumerable.Range(1, 3).Select(exporter => Task.Run(() => ExportAsync(exporter))));

            store.Faults = (_, _) => StoreFault.None;
            var final = Tables.Open(store, TimeProvider.System);
            var audit = await final.AuditAsync(default);
            Assert.Empty(audit.Problems);
            Assert.Equal(End, audit.Rows);
            long last = 0;
            foreach (var snapshot in (await final.LoadAsync(default)).Metadata.Snapshots)
            {
                var position = long.Parse(snapshot.Summary["k2.watermark.p/0"]);
                Assert.True(position > last, "a position fell or stood");
                Assert.Equal(position, long.Parse(snapshot.Summary["total-records"]));
                last = position;
            }
        }, iter: 60, threads: 1);

    [Fact]
    public async Task CompactionBesideExports_KeepsEveryRow() =>
        await Gen.Int.SampleAsync(async seed =>
        {
            var store = new InMemoryObjectStore(TimeProvider.System);
            await Tables.CreateAsync(store, TimeProvider.System);
            store.Faults = Injected(new Random(seed), 0.1);

            var export = Task.Run(async () =>
            {
                var table = Tables.Open(store, TimeProvider.System, seed);
                for (long number = 0; number < 6; number++)
                {
                    var file = await RetryAsync(() => Tables.FileAsync(store, 1, "a", 10));
                    await RetryAsync(() => table.CommitAsync(Tables.Append(file, new WatermarkStep("p", number == 0 ? null : number - 1, number)), default));
                }
            });
            var compactions = Enumerable.Range(0, 2).Select(worker => Task.Run(async () =>
            {
                var table = Tables.Open(store, TimeProvider.System, seed ^ worker);
                for (var run = 0; run < 5; run++)
                {
                    try
                    {
                        var files = await table.FilesAsync();
                        if (files.Count < 2) continue;
                        var merged = await Tables.FileAsync(store, 1, "a", files.Sum(file => file.RecordCount));
                        await table.CommitAsync(new TableCommit { Operation = TableOperation.Replace, Removed = [.. files.Select(file => file.Path)], Added = [merged] }, default);
                        await table.MergeManifestsAsync(1, default);
                    }
                    catch (Exception failure) when (failure is ObjectStoreException or CommitConflictException)
                    {
                        await Task.Yield();
                    }
                }
            }));
            await Task.WhenAll(compactions.Append(export));

            store.Faults = (_, _) => StoreFault.None;
            var final = Tables.Open(store, TimeProvider.System);
            var audit = await final.AuditAsync(default);
            Assert.Empty(audit.Problems);
            Assert.Equal(60, audit.Rows);
            Assert.Equal(5, IcebergTable.Watermarks(await final.LoadAsync(default))["p"]);
        }, iter: 30, threads: 1);

    // A commit that is repeated is found done by its position; what an exporter does.
    private static async Task<T> RetryAsync<T>(Func<Task<T>> action)
    {
        while (true)
        {
            try
            {
                return await action();
            }
            catch (ObjectStoreException)
            {
                await Task.Yield();
            }
        }
    }

    private static Func<string, string, StoreFault> Injected(Random random, double share)
    {
        var gate = new Lock();
        return (call, _) =>
        {
            lock (gate)
            {
                // Reads fail less: each commit makes many.
                if (random.NextDouble() > (call == "putIfAbsent" ? share * 2 : share / 5)) return StoreFault.None;
                return (StoreFault)random.Next(1, 6);
            }
        };
    }
}
