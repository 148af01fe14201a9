using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Iceberg.Commits;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Maintenance;

/// <summary>
/// Joins the small files of a partition into few large ones with the same rows in one order. What it read must still be in the table at the commit, else nothing changes. A partition
/// whose small files cannot become fewer is left alone, so that doing it again does nothing.
/// </summary>
internal sealed class PartitionCompactor(ColdTable table, IcebergTable iceberg, PartitionReader reader, PartitionWriter writer, long fileBytes)
{
    // A file of each column's page is in memory for each file that is merged: many are merged in rounds.
    private const int FanIn = 16;

    /// <summary>Joins the files of every partition of days before one; returns partitions, files before and files after.</summary>
    public async Task<(int Partitions, int Before, int After)> RunAsync(int beforeDay, CancellationToken cancellationToken)
    {
        var version = await iceberg.LoadAsync(cancellationToken);
        if (version.Metadata.Current is not { } snapshot) return (0, 0, 0);
        var files = await iceberg.FilesAsync(version, snapshot, cancellationToken);
        var (partitions, before, after) = (0, 0, 0);
        foreach (var partition in files.Where(file => PartitionReader.DayOf(file) < beforeDay).GroupBy(file => (Day: PartitionReader.DayOf(file), Exchange: reader.ExchangeOf(file))).OrderBy(group => group.Key))
        {
            var small = Small(partition);
            if (small.Count < 2) continue;
            var (written, checksum) = await MergeAsync(partition.Key.Day, partition.Key.Exchange, small, cancellationToken);
            if (checksum.Rows != small.Sum(file => file.RecordCount)) throw new Abstractions.K2Exception($"{table.Name}: compaction read {checksum.Rows} of {small.Sum(file => file.RecordCount)} rows", true);
            var result = await iceberg.CommitAsync(new TableCommit { Operation = TableOperation.Replace, Added = [.. written], Removed = [.. small.Select(file => file.Path)] }, cancellationToken);
            if (result.Outcome != CommitOutcome.Committed) continue;
            partitions++;
            before += small.Count;
            after += written.Count;
        }

        return (partitions, before, after);
    }

    /// <summary>The files that joining would make fewer.</summary>
    private List<DataFile> Small(IEnumerable<DataFile> files)
    {
        var small = files.Where(file => file.SizeBytes < fileBytes * 2 / 3).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        var needed = (int)((small.Sum(file => file.SizeBytes) + fileBytes - 1) / fileBytes);
        return small.Count > needed ? small : [];
    }

    private async Task<(List<DataFile> Files, RowChecksum Checksum)> MergeAsync(int day, string exchange, List<DataFile> files, CancellationToken cancellationToken)
    {
        // Intermediate files are in the store under names that no commit will ever name: the sweep takes them.
        while (files.Count > FanIn)
        {
            var round = new List<DataFile>();
            foreach (var group in files.Chunk((files.Count + FanIn - 1) / FanIn)) round.AddRange(group.Length == 1 ? group : (await MergeOnceAsync(day, exchange, group, cancellationToken)).Files);
            files = round;
        }

        return await MergeOnceAsync(day, exchange, files, cancellationToken);
    }

    private async Task<(List<DataFile> Files, RowChecksum Checksum)> MergeOnceAsync(int day, string exchange, IReadOnlyList<DataFile> files, CancellationToken cancellationToken)
    {
        await using var open = await reader.OpenAsync(files, null, cancellationToken);
        return await writer.WriteAsync(day, exchange, new MergedRows(table, open.Sources), cancellationToken);
    }
}
