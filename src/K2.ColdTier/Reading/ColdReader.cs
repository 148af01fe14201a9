using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using K2.Abstractions;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.ColdTier.Iceberg;
using K2.ColdTier.Parquet;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.ColdTier.Reading;

/// <summary>
/// Reads trades and candles of one instrument from the cold tables, day by day in the order asked for and no further than the limit. Files are left out by partition and bounds,
/// row groups by statistics. Memory: a block of one file, and twice the limit's rows or a day's windows.
/// </summary>
internal sealed class ColdReader(Func<string, OpenTable> tables, InstrumentTable instruments) : IColdReader
{
    private const long DayMicroseconds = 86_400_000_000;
    private const int CachedSnapshots = 64;

    // What a snapshot names never changes.
    private readonly ConcurrentDictionary<long, IReadOnlyList<DataFile>> _files = new();

    // Who looks for a state reads it next: its table need not be asked for again.
    private readonly ConcurrentDictionary<string, VersionedTable> _found = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<long> FindSnapshotAsync(ColdTable table, ColdMoment moment, CancellationToken cancellationToken)
    {
        if (await tables(table.Name).Catalog.LoadAsync(cancellationToken) is not { Metadata.Current: not null } version) throw new UnknownSnapshotException(table.Name, moment, isExported: false);
        _found[table.Name] = version;
        var snapshot = moment.SnapshotId is { } id ? version.Metadata.Find(id) : version.Metadata.AsOf(new DateTimeOffset(moment.At.ToDateTime()));
        return snapshot?.Id ?? throw new UnknownSnapshotException(table.Name, moment, isExported: true);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, long? snapshotId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var instrument = Known(query.Instrument);
        var open = tables(ColdTables.SilverTrades.Name);
        var filter = new RowFilter { Symbol = query.Instrument.Symbol, From = query.From?.Microseconds ?? long.MinValue, Until = EndOf(query) ?? long.MaxValue };
        var left = query.Limit;
        foreach (var day in await DaysAsync(open, query.Instrument, filter, snapshotId, query.NewestFirst, cancellationToken))
        {
            var found = new List<PositionedTrade>();
            await foreach (var (block, row) in RowsAsync(open, day, filter, cancellationToken))
            {
                var trade = ColdRows.Trade(block, row, instrument);
                if (!IsWanted(trade, query)) continue;
                found.Add(trade);

                // They come by their ids, which need not be the order of their times: only those that may be returned are kept.
                if (found.Count >= 2 * left) Cut(found, left, query.NewestFirst);
            }

            Cut(found, left, query.NewestFirst);
            foreach (var trade in found) yield return trade;
            left -= found.Count;
            if (left == 0) yield break;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, long? snapshotId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var instrument = Known(query.Instrument);
        var open = tables(ColdTables.CandlesOf(query.Timeframe, query.AsOf is not null).Name);
        var filter = new RowFilter { Symbol = query.Instrument.Symbol, From = query.From?.Microseconds ?? long.MinValue, Until = query.To?.Microseconds ?? long.MaxValue };
        var left = query.Limit;
        foreach (var day in await DaysAsync(open, query.Instrument, filter, snapshotId, query.NewestFirst, cancellationToken))
        {
            // A day of one instrument has 1440 windows at most; of the history the highest version that was known counts.
            var found = new SortedDictionary<long, Candle>();
            await foreach (var (block, row) in RowsAsync(open, day, filter, cancellationToken))
            {
                if (query.AsOf is { } known && (ColdRows.Text(block, "timeframe", row) != query.Timeframe.ToName() || block["known_at"].Longs[row] > known.Microseconds)) continue;
                var candle = ColdRows.Candle(block, row, instrument, query.Timeframe);
                var start = candle.WindowStart.Microseconds;
                if (start < filter.From || start >= filter.Until) continue;
                if (!found.TryGetValue(start, out var other) || candle.Position > other.Position) found[start] = candle;
            }

            foreach (var candle in (query.NewestFirst ? found.Values.Reverse() : found.Values).Take(left)) yield return candle;
            left -= Math.Min(left, found.Count);
            if (left == 0) yield break;
        }
    }

    private static void Cut(List<PositionedTrade> trades, int most, bool newestFirst)
    {
        trades.Sort((left, right) => (left.Trade.ExchangeTime, left.Trade.TradeId).CompareTo((right.Trade.ExchangeTime, right.Trade.TradeId)) * (newestFirst ? -1 : 1));
        if (trades.Count > most) trades.RemoveRange(most, trades.Count - most);
    }

    // Behind a cursor stand rows of the cursor's own moment too.
    private static long? EndOf(TradeQuery query) => query is { NewestFirst: true, AfterTradeId: not null } ? query.To!.Value.Microseconds + 1 : query.To?.Microseconds;

    private static bool IsWanted(PositionedTrade trade, TradeQuery query)
    {
        var time = trade.Trade.ExchangeTime;
        if (query.AfterTradeId is not { } after) return (query.From is not { } from || time >= from) && (query.To is not { } to || time < to);
        return query.NewestFirst
            ? (query.From is not { } first || time >= first) && (time, trade.Trade.TradeId).CompareTo((query.To!.Value, after)) < 0
            : (query.To is not { } end || time < end) && (time, trade.Trade.TradeId).CompareTo((query.From!.Value, after)) > 0;
    }

    private async Task<IReadOnlyList<IGrouping<int, DataFile>>> DaysAsync(OpenTable open, InstrumentId instrument, RowFilter filter, long? snapshotId, bool newestFirst, CancellationToken cancellationToken)
    {
        var days = (await FilesAsync(open, snapshotId, cancellationToken)).Where(file => open.Reader.ExchangeOf(file) == instrument.Exchange.ToName() && MayHold(open, file, filter))
            .GroupBy(PartitionReader.DayOf).Where(day => ((day.Key + 1L) * DayMicroseconds) > filter.From && day.Key * DayMicroseconds < filter.Until);
        return [.. newestFirst ? days.OrderByDescending(day => day.Key) : days.OrderBy(day => day.Key)];
    }

    // The rows of one instrument, one file after the other.
    private static async IAsyncEnumerable<(RowBlock Block, int Row)> RowsAsync(OpenTable open, IEnumerable<DataFile> files, RowFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = Encoding.UTF8.GetBytes(filter.Symbol!);
        foreach (var file in files)
        {
            await using var rows = await open.Reader.OpenAsync([file], filter, cancellationToken);
            var source = rows.Sources[0];
            var symbols = source.Block["canonical_symbol"].Texts;
            while (await Task.Run(source.Next, cancellationToken))
            {
                for (var row = 0; row < source.Block.Rows; row++)
                {
                    if (symbols[row].SequenceEqual(wanted)) yield return (source.Block, row);
                }
            }
        }
    }

    private async Task<IReadOnlyList<DataFile>> FilesAsync(OpenTable open, long? snapshotId, CancellationToken cancellationToken)
    {
        var version = snapshotId is { } wanted && _found.TryGetValue(open.Table.Name, out var found) && found.Metadata.Find(wanted) is not null ? found : await open.Catalog.LoadAsync(cancellationToken);
        var snapshot = snapshotId is not { } id ? version?.Metadata.Current
            : version?.Metadata.Find(id) ?? throw new UnknownSnapshotException(open.Table.Name, ColdMoment.OfSnapshot(id), isExported: version?.Metadata.Current is not null);
        if (version is null || snapshot is null) return [];
        if (_files.TryGetValue(snapshot.Id, out var known)) return known;
        if (_files.Count >= CachedSnapshots) _files.Clear();
        return _files[snapshot.Id] = await open.Iceberg.FilesAsync(version, snapshot, cancellationToken);
    }

    private static bool MayHold(OpenTable open, DataFile file, RowFilter filter)
    {
        // Times are eight bytes, the lowest first.
        var time = open.Table[open.Table.DayOf].Id;
        if (file.LowerBounds.TryGetValue(time, out var least) && BinaryPrimitives.ReadInt64LittleEndian(least) >= filter.Until) return false;
        if (file.UpperBounds.TryGetValue(time, out var greatest) && BinaryPrimitives.ReadInt64LittleEndian(greatest) < filter.From) return false;
        var (id, wanted) = (open.Table["canonical_symbol"].Id, Encoding.UTF8.GetBytes(filter.Symbol!));
        return (!file.LowerBounds.TryGetValue(id, out var lower) || lower.AsSpan().SequenceCompareTo(wanted) <= 0) && (!file.UpperBounds.TryGetValue(id, out var upper) || upper.AsSpan().SequenceCompareTo(wanted) >= 0);
    }

    private Instrument Known(InstrumentId id) => instruments.TryGet(id, out var instrument) ? instrument : throw new K2Exception($"{id} is not in the instruments file");
}
