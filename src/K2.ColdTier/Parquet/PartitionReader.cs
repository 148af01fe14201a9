using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Stores;

namespace K2.ColdTier.Parquet;

/// <summary>Opens files of a table. Those of a local store are read where they are; others are fetched into the temporary folder first, a part at a time.</summary>
internal sealed class PartitionReader(IcebergTable iceberg, IObjectStore store, ColdTable table, string temporaryFolder)
{
    private const int PartBytes = 8 << 20;

    /// <summary>Returns the latest state of the table with the files of some partitions.</summary>
    public async Task<TableState> StateAsync(IReadOnlyCollection<(int Day, string Exchange)> partitions, CancellationToken cancellationToken) =>
        await StateAsync(await iceberg.LoadAsync(cancellationToken), partitions, cancellationToken);

    /// <summary>Returns a state of the table with the files of some partitions.</summary>
    public async Task<TableState> StateAsync(VersionedTable version, IReadOnlyCollection<(int Day, string Exchange)> partitions, CancellationToken cancellationToken)
    {
        var files = version.Metadata.Current is { } snapshot ? await iceberg.FilesAsync(version, snapshot, [.. partitions.Select(partition => PartitionOf(partition.Day, partition.Exchange))], cancellationToken) : [];
        return new TableState(version, files.ToLookup(file => (DayOf(file), ExchangeOf(file))));
    }

    /// <summary>The values that name a partition.</summary>
    public IReadOnlyList<object?> PartitionOf(int day, string exchange) => table.HasExchange ? [day, exchange] : [day];

    /// <summary>The day of a file, in days since 1970-01-01.</summary>
    public static int DayOf(DataFile file) => (int)file.Partition[0]!;

    /// <summary>The exchange of a file.</summary>
    public string ExchangeOf(DataFile file) => table.HasExchange ? (string)file.Partition[1]! : Domain.Instruments.ExchangeNames.ToName(table.Exchange);

    /// <summary>Opens files; all of them are open until the result is disposed of.</summary>
    /// <exception cref="K2Exception">One is not there or damaged.</exception>
    public async Task<OpenFiles> OpenAsync(IReadOnlyList<DataFile> files, RowFilter? filter, CancellationToken cancellationToken)
    {
        var open = new OpenFiles();
        try
        {
            foreach (var file in files) open.Add(await OpenAsync(file, filter, open, cancellationToken));
            return open;
        }
        catch
        {
            await open.DisposeAsync();
            throw;
        }
    }

    private async Task<ColdFileReader> OpenAsync(DataFile file, RowFilter? filter, OpenFiles open, CancellationToken cancellationToken)
    {
        var key = $"{iceberg.Prefix}/{file.Path}";
        if (store is LocalObjectStore)
        {
            var path = store.LocationOf(key);
            return File.Exists(path) ? new ColdFileReader(path, table, filter) : throw Missing(key);
        }

        var copy = Path.Combine(temporaryFolder, $"{Guid.NewGuid():N}.copy");
        open.AddTemporary(copy);
        await using (var output = new FileStream(copy, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 16, FileOptions.Asynchronous))
        {
            for (long offset = 0; offset < file.SizeBytes;)
            {
                var part = await store.GetRangeAsync(key, offset, (int)Math.Min(PartBytes, file.SizeBytes - offset), cancellationToken);
                if (part is null or { Length: 0 }) throw Missing(key);
                await output.WriteAsync(part, cancellationToken);
                offset += part.Length;
            }
        }

        return new ColdFileReader(copy, table, filter);
    }

    private static K2Exception Missing(string key) => new($"{key} is not in the cold store, though its table names it");
}
