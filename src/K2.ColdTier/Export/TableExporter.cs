using System.Collections.Immutable;
using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Parquet;
using K2.Domain.Log;

namespace K2.ColdTier.Export;

/// <summary>
/// Brings one cold table up to what is durable in the warehouse. The table's own positions say where it stands; nothing else is remembered. Whoever runs it, as often as he
/// likes, killed anywhere or beside another one: a row is in the table once. See docs/decisions/0021-cold-export.md.
/// </summary>
internal sealed class TableExporter(ColdTable table, IcebergTable iceberg, IColdSource source, PartitionWriter writer, PartitionReader reader, HotComparison comparison, TableRestore restore, ColdOptions options, TimeProvider time)
{
    // A gold partition that changes while it is read is read again, and so is one whose read fails for a reason that passes.
    private const int ReadAttempts = 5;
    private const int PartitionsPerCommit = 200;
    private const long WiderBy = 16;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);

    /// <summary>Exports what lies between the table's positions and the ends of now.</summary>
    /// <param name="endsAsync">Says up to which position every row of each part of the log is durable. Asked once, after the table was: so an end below a position is a loss.</param>
    /// <param name="cancellationToken">Ends it; what is committed stays.</param>
    /// <exception cref="FencedException">Another exporter was quicker.</exception>
    public async Task<ColdExportOutcome> RunAsync(Func<CancellationToken, Task<IReadOnlyDictionary<string, long>>> endsAsync, CancellationToken cancellationToken)
    {
        var outcome = new ColdExportOutcome { Table = table.Name };
        var portion = options.FramesPerCommit;
        var restored = new HashSet<(int, string)>();
        while (true)
        {
            var version = await OpenAsync(cancellationToken);
            var watermarks = IcebergTable.Watermarks(version);
            var ends = await endsAsync(cancellationToken);
            var ranges = new List<ColdRange>();
            foreach (var (key, end) in ends)
            {
                long? from = watermarks.TryGetValue(key, out var stands) ? stands : null;
                if (from is null || end > from) ranges.Add(await PortionAsync(new ColdRange(key, from, end), portion, cancellationToken));
            }

            outcome = outcome with
            {
                From = outcome.Commits > 0 ? outcome.From : ranges.Select(range => range.From ?? -1).DefaultIfEmpty(-1).Min(),
                To = ranges.Select(range => range.To).DefaultIfEmpty(outcome.To).Max(),
                Behind = [.. ends.Where(end => watermarks.TryGetValue(end.Key, out var stands) && end.Value < stands).Select(end => end.Key)],
            };
            var before = outcome.Commits;
            var slices = await source.SlicesAsync(table, ranges, cancellationToken);
            var isCut = ranges.Any(range => range.To < ends[range.Key]);
            if (slices.Count == 0 && isCut)
            {
                // Positions without frames, as a capture that is played again leaves them: without a row there is no commit, and the same portion would come again for ever.
                portion = checked(portion * WiderBy);
                continue;
            }

            if (table.Layer == ColdLayer.Silver && await RestoreLostAsync(version, watermarks, slices, restored, cancellationToken)) continue;
            foreach (var batch in ExportBatch.Divide(ranges, slices, table.Layer == ColdLayer.Gold ? long.MaxValue : options.RowsPerCommit))
            {
                outcome = table.Layer == ColdLayer.Gold ? await ReplaceAsync(version, batch, outcome, cancellationToken) : await AppendAsync(batch, outcome, cancellationToken);
            }

            // Frames that an export has fallen behind by go in portions, each with its commit.
            if (outcome.Commits == before || !isCut) return outcome;
            portion = options.FramesPerCommit;
        }
    }

    // Of frames the warehouse keeps a key each while it looks for one that came twice, and sorts them: a bounded number of them at once. How many there are positions say only within an epoch.
    private async Task<ColdRange> PortionAsync(ColdRange range, long portion, CancellationToken cancellationToken)
    {
        if (!table.IsOfRawLog) return range;
        if (range.From is not { } from || new LogPosition(from).Epoch != new LogPosition(range.To).Epoch) return range with { To = await source.BorderAsync(table, range, portion, cancellationToken) };
        return range.To - from > portion ? range with { To = from + portion } : range;
    }

    /// <summary>Returns the table, made now if there is none.</summary>
    public async Task<VersionedTable> OpenAsync(CancellationToken cancellationToken)
    {
        var schema = ColdSchema.Iceberg(table);
        var version = await iceberg.CreateIfAbsentAsync(schema, ColdSchema.Partitions(table, schema), ColdSchema.Order(table, schema), cancellationToken);
        foreach (var column in table.Columns.Where(column => version.Metadata.Schema.Fields.All(field => field.Id != column.Id)))
        {
            // A column that this version has beyond the table's: null in all files so far.
            await iceberg.AddColumnAsync(column.Name, ColdSchema.IcebergOf(column), cancellationToken);
        }

        return await iceberg.LoadAsync(cancellationToken);
    }

    /// <summary>
    /// A trade that the warehouse has lost and that comes again has a new position, and would be in the table twice. With its first row there, the two are one: so a day gets rows only
    /// when the warehouse has as many rows of it as the table. What it lacks is brought back first; returns whether anything was.
    /// </summary>
    private async Task<bool> RestoreLostAsync(VersionedTable version, IReadOnlyDictionary<string, long> watermarks, IReadOnlyList<ColdSlice> slices, HashSet<(int, string)> restored, CancellationToken cancellationToken)
    {
        var partitions = slices.Select(slice => (slice.Day, slice.Exchange)).Distinct().ToList();
        var state = await reader.StateAsync(version, partitions, cancellationToken);
        var any = false;
        foreach (var (day, exchange) in partitions)
        {
            var cold = state.Files[(day, exchange)].Sum(file => file.RecordCount);
            if (cold == 0) continue;
            var known = watermarks.Where(watermark => watermark.Key.StartsWith(exchange + ":", StringComparison.Ordinal)).Select(watermark => new ColdRange(watermark.Key, null, watermark.Value)).ToList();
            // Rows that are stored twice are rare, and only they make the exact count, which reads the day's keys, necessary.
            var hot = await source.CountStoredAsync(table, day, exchange, known, cancellationToken);
            if (hot > cold) hot = await source.CountAsync(table, day, exchange, known, cancellationToken);
            if (hot >= cold) continue;
            if (!restored.Add((day, exchange))) throw new K2Exception(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: of day {DateTime.UnixEpoch.AddDays(day):yyyy-MM-dd} of {exchange} the table has {cold} rows and the warehouse {hot}, also after they were restored; nothing was exported. See k2 maintenance audit {table.Name}"));
            await restore.RunAsync(day, day + 1, exchange, cancellationToken);
            any = true;
        }

        return any;
    }

    private async Task<ColdExportOutcome> AppendAsync(ExportBatch batch, ColdExportOutcome outcome, CancellationToken cancellationToken)
    {
        var files = new List<DataFile>();
        var checksum = new RowChecksum();
        foreach (var (day, exchange) in batch.Partitions)
        {
            var (written, sum) = await AppendAsync(batch, day, exchange, cancellationToken);
            files.AddRange(written);
            checksum.Add(sum);
        }

        // Asked without partitions: a row that the division into partitions has missed would be passed by for ever.
        var expected = await source.CountAsync(table, null, null, batch.Ranges, cancellationToken);
        if (expected != checksum.Rows) throw new K2Exception(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {checksum.Rows} rows came by day and exchange, ClickHouse counts {expected} in all; nothing was committed, the export begins again"), true);
        return await CommitAsync(batch.Ranges, batch.Partitions, files, [], checksum, outcome, cancellationToken);
    }

    // Days in portions: what a cancelled run has committed need not be done again. The positions move with the last one.
    private async Task<ColdExportOutcome> ReplaceAsync(VersionedTable version, ExportBatch batch, ColdExportOutcome outcome, CancellationToken cancellationToken)
    {
        var portions = batch.Partitions.Chunk(PartitionsPerCommit).ToList();
        for (var i = 0; i < portions.Count; i++)
        {
            var state = await reader.StateAsync(i == 0 ? version : await iceberg.LoadAsync(cancellationToken), portions[i], cancellationToken);
            var files = new List<DataFile>();
            var checksum = new RowChecksum();
            foreach (var (day, exchange) in portions[i])
            {
                var (written, sum) = await RewriteAsync(day, exchange, [.. state.Files[(day, exchange)]], cancellationToken);
                files.AddRange(written);
                checksum.Add(sum);
            }

            var isLast = i == portions.Count - 1;
            outcome = await CommitAsync(isLast ? batch.Ranges : [], portions[i], files, [.. portions[i].SelectMany(partition => state.Files[partition])], checksum, outcome, cancellationToken);
        }

        return outcome;
    }

    private async Task<ColdExportOutcome> CommitAsync(
        IReadOnlyList<ColdRange> ranges, IReadOnlyList<(int Day, string Exchange)> partitions, List<DataFile> files, List<DataFile> replaced, RowChecksum checksum, ColdExportOutcome outcome, CancellationToken cancellationToken)
    {
        var isGold = table.Layer == ColdLayer.Gold;
        var result = await iceberg.CommitAsync(
            new TableCommit
            {
                Operation = isGold ? TableOperation.Overwrite : TableOperation.Append,
                Added = [.. files],
                Removed = [.. replaced.Select(file => file.Path)],
                RemovedPartitions = isGold ? [.. partitions.Select(partition => reader.PartitionOf(partition.Day, partition.Exchange))] : [],
                RemovesExactly = isGold,
                Watermarks = [.. ranges.Select(range => new WatermarkStep(range.Key, range.From, range.To))],
                Summary = ImmutableDictionary<string, string>.Empty
                    .Add("k2.commit.rows", checksum.Rows.ToString(CultureInfo.InvariantCulture)).Add("k2.commit.checksum", checksum.ToString()),
            },
            cancellationToken);
        if (result.Outcome != CommitOutcome.Committed) return outcome;
        return outcome with
        {
            Rows = outcome.Rows + checksum.Rows,
            Files = outcome.Files + files.Count,
            Bytes = outcome.Bytes + files.Sum(file => file.SizeBytes),
            Commits = outcome.Commits + 1,
            SnapshotId = result.SnapshotId,
            Partitions = outcome.Partitions.AddRange(partitions),
            Differences = isGold ? outcome.Differences.AddRange(await DifferencesAsync(result.Table, partitions, cancellationToken)) : outcome.Differences,
        };
    }

    // Candles may change while they are read: compared are those that stand at the table's position.
    private async Task<List<string>> DifferencesAsync(VersionedTable version, IReadOnlyList<(int Day, string Exchange)> partitions, CancellationToken cancellationToken)
    {
        var differences = new List<string>();
        TableState? state = null;
        foreach (var (day, exchange) in partitions)
        {
            try
            {
                state ??= await reader.StateAsync(version, partitions, cancellationToken);
                if ((await comparison.CompareAsync(day, exchange, state, cancellationToken)).Problem is { } problem) differences.Add(problem);
            }
            catch (K2Exception failure)
            {
                // The commit stands; that it was not looked at again is said.
                differences.Add($"day {day} of {exchange} was committed and could not be compared: {failure.Message}");
            }
        }

        return differences;
    }

    // The warehouse is asked twice; what the files hold, read back, must be what it says the second time. So no answer that broke off unnoticed is committed.
    private async Task<(List<DataFile> Files, RowChecksum Checksum)> AppendAsync(ExportBatch batch, int day, string exchange, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // At the same time first; an engine that has just merged may lack the memory for both.
                return await AppendOnceAsync(batch, day, exchange, attempt == 1, cancellationToken);
            }
            catch (K2Exception failure) when (failure.IsTransient && attempt < ReadAttempts)
            {
                await Task.Delay(attempt * FirstPause, time, cancellationToken);
            }
        }
    }

    private async Task<(List<DataFile> Files, RowChecksum Checksum)> AppendOnceAsync(ExportBatch batch, int day, string exchange, bool atOnce, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var again = atOnce ? comparison.HotAsync(day, exchange, batch.Ranges, null, stop.Token) : null;
        try
        {
            await using var rows = await source.OpenAsync(table, day, exchange, batch.Ranges, ordered: true, cancellationToken);

            // A connection that hangs holds the thread that reads it: only closing it lets go.
            await using var closing = cancellationToken.Register(rows.Dispose);
            var written = await writer.WriteAsync(day, exchange, new NativeReader(rows, table), cancellationToken);
            again ??= comparison.HotAsync(day, exchange, batch.Ranges, null, stop.Token);
            var expected = await again;
            return expected.IsSameAs(written.Checksum)
                ? written
                : throw new K2Exception(string.Create(CultureInfo.InvariantCulture, $"{table.Name}: {written.Checksum.Rows} rows with checksum {written.Checksum} came, and {expected.Rows} with {expected} when ClickHouse was asked again; nothing was committed, the export begins again"), true);
        }
        finally
        {
            await stop.CancelAsync();
            if (again is not null) await ((Task)again).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Rows that the table has and the warehouse lacks stay, and of two the higher version: a warehouse that was lost, or restored from a backup, must not take its archive with it.
    private async Task<(List<DataFile> Files, RowChecksum Checksum)> RewriteAsync(int day, string exchange, IReadOnlyList<DataFile> kept, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var rows = await source.OpenAsync(table, day, exchange, null, ordered: true, cancellationToken);
            await using var closing = cancellationToken.Register(rows.Dispose);
            var warm = new CountedRows(new NativeReader(rows, table));
            await using var cold = await reader.OpenAsync(kept, null, cancellationToken);

            // Made off the grain's scheduler too: it reads the first rows.
            var merged = kept.Count == 0 ? (IRowSource)warm : await Task.Run(() => new MergedRows(table, [warm, .. cold.Sources], newestOnly: true), cancellationToken);
            var written = await writer.WriteAsync(day, exchange, merged, cancellationToken);

            // An answer that broke off unnoticed is shorter than what is counted behind it.
            var count = await source.CountAsync(table, day, exchange, null, cancellationToken);
            if (count == warm.Rows) return (written.Files, written.Checksum);
            if (attempt == ReadAttempts) throw new K2Exception($"{table.Name}: candles of day {day} of {exchange} changed during each of {attempt} reads; the export begins again", true);
        }
    }

    private sealed class CountedRows(IRowSource rows) : IRowSource
    {
        public long Rows { get; private set; }

        public RowBlock Block => rows.Block;

        public bool Next()
        {
            if (!rows.Next()) return false;
            Rows += rows.Block.Rows;
            return true;
        }
    }
}
