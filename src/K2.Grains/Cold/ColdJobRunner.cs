using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Contracts.Cold;

namespace K2.Grains.Cold;

/// <summary>Does one piece of work on a cold table and says in words what came of it.</summary>
internal static class ColdJobRunner
{
    /// <summary>Returns the finished run; a failure is its outcome.</summary>
    public static async Task<ColdRun> RunAsync(IColdTier cold, IRetention retention, ColdTable table, ColdJob job, ColdRun run, CancellationToken cancellationToken)
    {
        try
        {
            return job.Work switch
            {
                ColdWork.Export => Done(run, await cold.ExportAsync(table, cancellationToken)),
                ColdWork.Maintain => Done(run, await cold.MaintainAsync(table, cancellationToken)),
                ColdWork.Audit => Done(run, await cold.AuditAsync(table, DayOf(job.From), cancellationToken)),
                ColdWork.Restore => Restored(run, await RestoreAsync(cold, retention, table, DayOf(job.From) ?? int.MinValue, DayOf(job.Until) ?? int.MaxValue, cancellationToken)),
                _ => throw new ArgumentOutOfRangeException(nameof(job), job.Work, "not a kind of work"),
            };
        }
        catch (Exception failure) when (failure is K2Exception or ArgumentException)
        {
            return run with { Outcome = failure is FencedException ? "fenced" : "failed", Problems = [failure.Message] };
        }
    }

    /// <summary>Returns a day as a number of days since 1970-01-01.</summary>
    public static int? DayOf(DateOnly? day) => day is { } date ? date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber : null;

    private static async Task<long> RestoreAsync(IColdTier cold, IRetention retention, ColdTable table, int fromDay, int untilDay, CancellationToken cancellationToken)
    {
        // First held: the retention must not take again what comes back.
        await retention.HoldAsync(ColdDayKeeper.RetainedOf(table), fromDay, untilDay, cancellationToken);
        return await cold.RestoreAsync(table, fromDay, untilDay, cancellationToken);
    }

    private static ColdRun Done(ColdRun run, ColdExportOutcome outcome) => run with
    {
        Outcome = outcome.Word,
        Rows = outcome.Rows,
        Files = outcome.Files,
        Bytes = outcome.Bytes,
        SnapshotId = outcome.SnapshotId ?? 0,
        Detail = string.Create(CultureInfo.InvariantCulture, $"{outcome.Rows:N0} rows in {outcome.Files} files of {outcome.Partitions.Length} partitions"),
        Problems =
        [
            .. outcome.Differences,
            .. outcome.Behind.Select(key => $"{key}: the warehouse stands before the table's position; it has lost rows that the cold tier holds (k2 restore brings back trades, candles and their history)"),
        ],
    };

    private static ColdRun Done(ColdRun run, ColdMaintenanceOutcome outcome) => run with
    {
        Outcome = outcome.IsChange ? "maintained" : "nothing",
        Files = outcome.DeletedFiles,
        Bytes = outcome.DeletedBytes,
        Detail = string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.CompactedPartitions} partitions compacted ({outcome.FilesBefore} files to {outcome.FilesAfter}), {outcome.ExpiredSnapshots} snapshots expired, {outcome.DeletedFiles} files deleted ({outcome.DeletedBytes:N0} bytes){(outcome.MergedManifests ? ", manifests merged" : "")}"),
    };

    private static ColdRun Done(ColdRun run, ColdAuditOutcome outcome) => run with
    {
        Outcome = outcome.Problems.IsEmpty ? "equal" : "different",
        Rows = outcome.Rows,
        Detail = string.Create(CultureInfo.InvariantCulture, $"{outcome.Rows:N0} rows of {outcome.Partitions} partitions compared, {outcome.ColdOnly} partitions are in the cold tier only"),
        Problems = outcome.Problems,
    };

    private static ColdRun Restored(ColdRun run, long rows) => run with { Outcome = "restored", Rows = rows, Detail = string.Create(CultureInfo.InvariantCulture, $"{rows:N0} rows") };
}
