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

    /// <summary>
    /// Into how many files so much goes, and how large each: equal ones, of two thirds to four thirds of what an export ends a file at. Only where there is too little for one is it smaller.
    /// </summary>
    internal static (long Files, long Bytes) Split(long total, long fileBytes)
    {
        var most = fileBytes * 4 / 3;
        if (total <= most) return (1, total);

        // A file ends with a whole row group, so a little later.
        most -= most / 32;
        var files = (total + most - 1) / most;
        return (files, (total + files - 1) / files);
    }

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
        // Half, not two thirds: what was split may come out smaller than reckoned, and must not be joined the next night.
        var small = files.Where(file => file.SizeBytes < fileBytes / 2).OrderBy(file => file.Path, StringComparer.Ordinal).ToList();
        return small.Count > Split(small.Sum(file => file.SizeBytes), fileBytes).Files ? small : [];
    }

    private async Task<(List<DataFile> Files, RowChecksum Checksum)> MergeAsync(int day, string exchange, List<DataFile> files, CancellationToken cancellationToken)
    {
        // Intermediate files are in the store under names that no commit will ever name: the sweep takes them.
        while (files.Count > FanIn)
        {
            var round = new List<DataFile>();
            foreach (var group in files.Chunk((files.Count + FanIn - 1) / FanIn)) round.AddRange(group.Length == 1 ? group : (await MergeOnceAsync(day, exchange, group, long.MaxValue, cancellationToken)).Files);
            files = round;
        }

        // What was joined once hardly becomes smaller: the last round knows how much there is.
        var (wanted, bytes) = Split(files.Sum(file => file.SizeBytes), fileBytes);
        return await MergeOnceAsync(day, exchange, files, wanted == 1 ? long.MaxValue : bytes, cancellationToken);
    }

    private async Task<(List<DataFile> Files, RowChecksum Checksum)> MergeOnceAsync(int day, string exchange, IReadOnlyList<DataFile> files, long bytes, CancellationToken cancellationToken)
    {
        await using var open = await reader.OpenAsync(files, null, cancellationToken);
        return await writer.WriteAsync(day, exchange, new MergedRows(table, open.Sources), bytes, cancellationToken);
    }
}
