using System.Globalization;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;

namespace K2.ColdTier.Parquet;

/// <summary>
/// Writes the rows of one partition into files of a table: each into the temporary folder first, read back whole and compared by its checksum, and only then put into the
/// store under a name that was never used.
/// </summary>
internal sealed class PartitionWriter(IObjectStore store, string prefix, ColdTable table, string temporaryFolder, long targetBytes)
{
    private const int SortOrderId = 1;

    /// <summary>Returns the files of all rows of a source, in its order.</summary>
    public Task<(List<DataFile> Files, RowChecksum Checksum)> WriteAsync(int day, string exchange, IRowSource rows, CancellationToken cancellationToken) => WriteAsync(day, exchange, rows, targetBytes, cancellationToken);

    /// <summary>Returns the files of all rows of a source, in its order, each ended when it has so many bytes.</summary>
    public async Task<(List<DataFile> Files, RowChecksum Checksum)> WriteAsync(int day, string exchange, IRowSource rows, long bytes, CancellationToken cancellationToken)
    {
        var files = new List<DataFile>();
        var checksum = new RowChecksum();
        var more = await Task.Run(rows.Next, cancellationToken);
        while (more)
        {
            var file = Path.Combine(temporaryFolder, $"{Guid.NewGuid():N}.parquet");
            try
            {
                // The rows come from a blocking stream and cost processor time: not on a grain's scheduler.
                WrittenFile written;
                (written, more) = await Task.Run(() => WriteOne(file, rows, bytes, cancellationToken), cancellationToken);
                var sizes = await Task.Run(() => Verify(written), cancellationToken);
                files.Add(await PutAsync(written, sizes, day, exchange, cancellationToken));
                checksum.Add(written.Checksum);
            }
            finally
            {
                File.Delete(file);
            }
        }

        return (files, checksum);
    }

    private (WrittenFile Written, bool More) WriteOne(string file, IRowSource rows, long bytes, CancellationToken cancellationToken)
    {
        using var writer = new ColdFileWriter(table, file);
        var more = true;
        while (more && writer.Bytes < bytes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            writer.Write(rows.Block);
            more = rows.Next();
        }

        return (writer.Finish(), more);
    }

    private Dictionary<int, long> Verify(WrittenFile written)
    {
        using var reader = new ColdFileReader(written.File, table, null);
        var checksum = new RowChecksum();
        while (reader.Next()) checksum.Add(reader.Block);
        return checksum.IsSameAs(written.Checksum)
            ? reader.ColumnSizes()
            : throw new K2Exception($"a file of {table.Name} reads back as {checksum.Rows} rows with checksum {checksum}, not as {written.Rows} with {written.Checksum}: it was not put into the store", true);
    }

    private async Task<DataFile> PutAsync(WrittenFile written, Dictionary<int, long> sizes, int day, string exchange, CancellationToken cancellationToken)
    {
        var date = DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var path = $"data/{table.DayOf}_day={date}/{(table.HasExchange ? $"exchange={exchange}/" : "")}{Guid.NewGuid():N}.parquet";
        await using (var content = new FileStream(written.File, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan))
        {
            var size = await store.PutAsync($"{prefix}/{path}", content, cancellationToken);
            if (size != written.SizeBytes) throw new K2Exception($"the store took {size} of the {written.SizeBytes} bytes of a file of {table.Name}", true);
        }

        var flat = written.Bounds.Where(bounds => bounds.Column.ItemId == 0).ToList();
        var encoded = flat.Select(bounds => (bounds.Column.Id, Bounds: bounds.Encode())).ToList();
        return new DataFile
        {
            Path = path,
            RecordCount = written.Rows,
            SizeBytes = written.SizeBytes,
            Partition = table.HasExchange ? [day, exchange] : [day],
            ColumnSizes = sizes,
            ValueCounts = flat.ToDictionary(bounds => bounds.Column.Id, _ => written.Rows),
            NullCounts = flat.ToDictionary(bounds => bounds.Column.Id, bounds => bounds.Nulls),
            LowerBounds = encoded.Where(column => column.Bounds.Lower is not null).ToDictionary(column => column.Id, column => column.Bounds.Lower!),
            UpperBounds = encoded.Where(column => column.Bounds.Upper is not null).ToDictionary(column => column.Id, column => column.Bounds.Upper!),
            SortOrderId = SortOrderId,
        };
    }
}
