using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Parquet;
using K2.Domain.Candles;

namespace K2.ColdTier.Export;

/// <summary>Inserts rows of a cold table into the warehouse, where they are what they were: a row that is there has the same key and version.</summary>
internal sealed class TableRestore(ColdTable table, IcebergTable iceberg, PartitionReader reader, IColdSource source)
{
    private const int RowsPerInsert = 65_536;

    // What the view computes.
    private static readonly string[] Computed = ["log_epoch", "log_offset", "conditions", "vendor_data"];

    /// <summary>Inserts the rows of [fromDay, untilDay), of one exchange or of all (null); returns how many.</summary>
    /// <exception cref="ArgumentException">It is a table of frames.</exception>
    public async Task<long> RunAsync(int fromDay, int untilDay, string? exchange, CancellationToken cancellationToken)
    {
        if (table.IsOfRawLog) throw new ArgumentException($"{table.Name} cannot be restored: trades, candles and their history can");
        var version = await iceberg.LoadAsync(cancellationToken);
        if (version.Metadata.Current is not { } snapshot) return 0;
        var restored = 0L;
        foreach (var file in (await iceberg.FilesAsync(version, snapshot, cancellationToken))
            .Where(file => PartitionReader.DayOf(file) >= fromDay && PartitionReader.DayOf(file) < untilDay && (exchange is null || reader.ExchangeOf(file) == exchange)))
        {
            await using var rows = await reader.OpenAsync([file], null, cancellationToken);
            restored += await InsertAsync(rows.Sources[0], cancellationToken);
        }

        return restored;
    }

    private async Task<long> InsertAsync(IRowSource rows, CancellationToken cancellationToken)
    {
        var columns = table.Columns.Select(column => column.Name).Where(name => table.Layer != ColdLayer.Silver || !Computed.Contains(name)).ToList();
        (string, string)? timeframe = table.Layer == ColdLayer.Gold ? ("timeframe", table.Timeframe.ToName()) : null;
        using var native = new MemoryStream();
        var (inserted, pending) = (0L, 0);
        while (true)
        {
            var more = await Task.Run(rows.Next, cancellationToken);
            if (more)
            {
                NativeWriter.Write(rows.Block, native, columns, timeframe);
                pending += rows.Block.Rows;
            }

            if (pending > 0 && (!more || pending >= RowsPerInsert))
            {
                native.Position = 0;
                await source.InsertAsync(table, native, cancellationToken);
                native.SetLength(0);
                (inserted, pending) = (inserted + pending, 0);
            }

            if (!more) return inserted;
        }
    }
}
