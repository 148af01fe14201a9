using System.Globalization;
using System.Text;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Parquet;

namespace K2.ColdTier.Export;

/// <summary>
/// Compares the rows of a partition in the warehouse with those in the table, at the table's positions: the number of rows and a checksum over all columns, both read anew.
/// </summary>
internal sealed class HotComparison(ColdTable table, IcebergTable iceberg, IColdSource source, PartitionReader reader)
{
    // Of raw frames the engine keeps a key each while it looks for one that came twice: about 100 MB.
    private const long RowsAtOnce = 1_000_000;

    // A candle that was revised between two reads looks missing in one of them.
    private const int Attempts = 3;

    /// <summary>Returns what differs in a partition, or null, and how many rows were compared.</summary>
    /// <param name="day">The day.</param>
    /// <param name="exchange">The exchange.</param>
    /// <param name="state">The table as it was just seen, with this partition's files; null has it looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(string? Problem, long Rows)> CompareAsync(int day, string exchange, TableState? state, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (version, all) = state ?? await reader.StateAsync([(day, exchange)], cancellationToken);
            state = null;
            var ranges = IcebergTable.Watermarks(version).Select(watermark => new ColdRange(watermark.Key, null, watermark.Value)).ToList();
            if (ranges.Count == 0) return (null, 0);
            var files = all[(day, exchange)].ToList();
            var hot = new RowChecksum();
            foreach (var portion in await source.PortionsAsync(table, day, exchange, ranges, RowsAtOnce, cancellationToken)) hot.Add(await HotAsync(day, exchange, portion, null, cancellationToken));
            var known = table.Layer == ColdLayer.Gold ? ranges.Where(range => range.Key.StartsWith(exchange + ":", StringComparison.Ordinal)).Select(range => range.Key[(exchange.Length + 1)..]).ToHashSet(StringComparer.Ordinal) : null;
            var cold = await ColdAsync(files, [], known, cancellationToken);
            if (!hot.IsSameAs(cold) && table.Layer == ColdLayer.Gold)
            {
                // Candles that have changed above the table's position are the next export's.
                cold = await ColdAsync(files, await MovingAsync(day, exchange, ranges, cancellationToken), known, cancellationToken);
            }

            if (hot.IsSameAs(cold)) return (null, hot.Rows);
            if (attempt < Attempts && (table.Layer == ColdLayer.Gold || (await iceberg.LoadAsync(cancellationToken)).Version != version.Version)) continue;
            var date = DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return (string.Create(CultureInfo.InvariantCulture, $"{date} {exchange}: {hot.Rows} rows with checksum {hot} in the warehouse, {cold.Rows} with {cold} in the table"), hot.Rows);
        }
    }

    /// <summary>The checksum of the warehouse's rows of some ranges.</summary>
    public async Task<RowChecksum> HotAsync(int day, string exchange, IReadOnlyList<ColdRange> ranges, Action<RowBlock>? seen, CancellationToken cancellationToken)
    {
        await using var rows = await source.OpenAsync(table, day, exchange, ranges, ordered: false, cancellationToken);
        await using var closing = cancellationToken.Register(rows.Dispose);
        return await Task.Run(
            () =>
            {
                var checksum = new RowChecksum();
                var native = new NativeReader(rows, table);
                while (native.Next())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    checksum.Add(native.Block);
                    seen?.Invoke(native.Block);
                }

                return checksum;
            },
            cancellationToken);
    }

    /// <summary>The checksum of the rows of files but for some candles, and of some symbols only (null: all).</summary>
    private async Task<RowChecksum> ColdAsync(IReadOnlyList<DataFile> files, HashSet<string> without, HashSet<string>? symbols, CancellationToken cancellationToken)
    {
        var checksum = new RowChecksum();
        foreach (var file in files)
        {
            await using var open = await reader.OpenAsync([file], null, cancellationToken);
            await Task.Run(
                () =>
                {
                    while (open.Sources[0].Next())
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        var block = open.Sources[0].Block;
                        checksum.Add(block, symbols is null ? null : [.. Enumerable.Range(0, block.Rows).Select(row => !without.Contains(KeyOf(block, row)) && symbols.Contains(Encoding.UTF8.GetString(block["canonical_symbol"].Texts[row])))]);
                    }
                },
                cancellationToken);
        }

        return checksum;
    }

    private async Task<HashSet<string>> MovingAsync(int day, string exchange, List<ColdRange> ranges, CancellationToken cancellationToken)
    {
        var moving = new HashSet<string>(StringComparer.Ordinal);
        await HotAsync(day, exchange, [.. ranges.Select(range => new ColdRange(range.Key, range.To, long.MaxValue))], block =>
        {
            for (var row = 0; row < block.Rows; row++) moving.Add(KeyOf(block, row));
        }, cancellationToken);
        return moving;
    }

    private static string KeyOf(RowBlock block, int row) => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(block["canonical_symbol"].Texts[row])}@{block["window_start"].Longs[row]}");
}
