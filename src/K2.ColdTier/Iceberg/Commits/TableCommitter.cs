using System.Collections.Immutable;
using System.Globalization;
using K2.Abstractions.Cold;
using K2.ColdTier.Iceberg.Metadata;

namespace K2.ColdTier.Iceberg.Commits;

/// <summary>The loop of every commit: load, plan, put, and after a conflict or an unknown outcome load again and look. It never deletes a file.</summary>
internal sealed class TableCommitter(ITableCatalog catalog, IObjectStore store, string prefix, CommitOptions options, TimeProvider time, Random random)
{
    private readonly Lock _lock = new();

    /// <summary>Commits a snapshot.</summary>
    public async Task<CommitResult> CommitAsync(ISnapshotPlan plan, CancellationToken cancellationToken)
    {
        var already = false;
        var (version, published, attempts) = await UpdateAsync(
            async (version, token) =>
            {
                already = plan.Commit is not null && SummaryProperties.IsDone(version.Metadata, plan.Commit.Watermarks);
                return already ? null : await NextAsync(version, plan, token);
            },
            table => table.Ancestors().Any(snapshot => snapshot.Id == plan.SnapshotId),
            cancellationToken);
        return published
            ? new CommitResult(CommitOutcome.Committed, version, plan.SnapshotId, attempts)
            : new CommitResult(already ? CommitOutcome.AlreadyDone : CommitOutcome.NothingToDo, version, null, attempts);
    }

    /// <summary>Replaces the table's metadata by what a plan makes of it, unless it makes nothing.</summary>
    /// <param name="plan">Makes the next metadata; asked again after a conflict.</param>
    /// <param name="isDone">Says whether an earlier attempt of this call is in the table.</param>
    /// <param name="cancellationToken">Stops waiting; what was put may then be in the table.</param>
    public async Task<(VersionedTable Version, bool Published, int Attempts)> UpdateAsync(
        Func<VersionedTable, CancellationToken, Task<TableMetadata?>> plan, Func<TableMetadata, bool> isDone, CancellationToken cancellationToken)
    {
        var pause = options.FirstPause;
        OutcomeUnknownException? unknown = null;
        long unknownVersion = 0;
        var failures = 0;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var version = await catalog.LoadAsync(cancellationToken) ?? throw new TableFormatException($"there is no table at {store.LocationOf(prefix)}");
                if (isDone(version.Metadata)) return (version, true, attempt - 1);
                // Another commit has taken the name: the one whose answer was lost can no longer arrive.
                if (version.Version >= unknownVersion) unknown = null;
                var next = await plan(version, cancellationToken);
                if (next is null) return (version, false, attempt - 1);
                unknownVersion = version.Version + 1;
                if (await catalog.TryCommitAsync(version, next, cancellationToken) is { } published) return (published, true, attempt);
                failures = 0;
            }
            catch (OutcomeUnknownException lost) when (++failures < options.StoreFailures && attempt < options.Attempts)
            {
                unknown = lost;
            }
            catch (ObjectStoreException failure) when (failure is not OutcomeUnknownException && failure.IsTransient && ++failures < options.StoreFailures && attempt < options.Attempts)
            {
                // The store may come back; nothing was concluded.
            }
            catch (ObjectStoreException failure) when (failure is not OutcomeUnknownException && unknown is not null)
            {
                // The last word on this commit is still that nobody knows.
                throw new OutcomeUnknownException(unknown.Key, failure);
            }

            if (attempt >= options.Attempts) throw unknown ?? (Exception)new CommitConflictException($"{store.LocationOf(prefix)}: {attempt} attempts to commit met other commits");
            await Task.Delay(Drawn(pause), time, cancellationToken);
            pause = pause * 2 < options.LongestPause ? pause * 2 : options.LongestPause;
        }
    }

    private async Task<TableMetadata?> NextAsync(VersionedTable version, ISnapshotPlan plan, CancellationToken cancellationToken)
    {
        var table = version.Metadata;
        var files = new TableFiles(store, prefix, table.Location);
        if (await plan.PlanAsync(table, files, cancellationToken) is not { } planned) return null;
        var sequence = table.LastSequenceNumber + 1;
        var manifests = planned.New.Select(manifest => manifest.At(sequence)).Concat(planned.Kept).ToList();
        var next = table.After(version.MetadataFile, time.GetUtcNow());
        var list = await files.WriteListAsync(manifests, plan.SnapshotId, table.CurrentSnapshotId, sequence, cancellationToken);
        var summary = Counters(table.Current, planned, manifests.Sum(manifest => manifest.LiveRows), manifests.Sum(manifest => manifest.LiveFiles)).AddRange(SummaryProperties.Next(table, plan.Commit));
        return next.With(new Snapshot(plan.SnapshotId, table.CurrentSnapshotId, sequence, next.LastUpdatedMs, list, table.CurrentSchemaId, summary));
    }

    private static ImmutableSortedDictionary<string, string> Counters(Snapshot? parent, PlannedSnapshot planned, long totalRows, long totalFiles)
    {
        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
        var (added, removed) = (planned.Added.Sum(file => file.SizeBytes), planned.Removed.Sum(file => file.SizeBytes));
        var size = long.TryParse(parent?.Summary.GetValueOrDefault("total-files-size"), CultureInfo.InvariantCulture, out var before) ? before : 0;
        return ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, new Dictionary<string, string>
        {
#pragma warning disable CA1308 // the specification's names are in small letters
            ["operation"] = planned.Operation.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
            ["added-data-files"] = Text(planned.Added.Count),
            ["added-records"] = Text(planned.Added.Sum(file => file.RecordCount)),
            ["added-files-size"] = Text(added),
            ["deleted-data-files"] = Text(planned.Removed.Count),
            ["deleted-records"] = Text(planned.Removed.Sum(file => file.RecordCount)),
            ["removed-files-size"] = Text(removed),
            ["changed-partition-count"] = Text(planned.Added.Concat(planned.Removed).Select(file => string.Join('/', file.Partition)).Distinct(StringComparer.Ordinal).Count()),
            ["total-records"] = Text(totalRows),
            ["total-data-files"] = Text(totalFiles),
            ["total-files-size"] = Text(size + added - removed),
            ["total-delete-files"] = "0",
            ["total-position-deletes"] = "0",
            ["total-equality-deletes"] = "0",
        });
    }

    private TimeSpan Drawn(TimeSpan pause)
    {
        lock (_lock) return pause * random.NextDouble();
    }
}
