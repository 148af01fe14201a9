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
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.ColdTier.Reading;

/// <summary>
/// Reads trades and candles of one instrument from the cold tables, day by day in the order asked for and no further than the limit. Files are left out by partition and bounds,
/// row groups by statistics. Memory: a block of each file of a day, and the limit's rows.
/// </summary>
internal sealed class ColdReader(Func<string, OpenTable> tables, InstrumentTable instruments)
{
    private const long DayMicroseconds = 86_400_000_000;
    private const int CachedSnapshots = 64;

    // What a snapshot names never changes.
    private readonly ConcurrentDictionary<long, IReadOnlyList<DataFile>> _files = new();

    public async IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, ColdMoment? moment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var instrument = Known(query.Instrument);
        var left = query.Limit;
        await foreach (var rows in DaysAsync(tables(ColdTables.SilverTrades.Name), query.Instrument, query.From?.Microseconds, EndOf(query), moment, query.NewestFirst, cancellationToken))
        {
            var found = new List<PositionedTrade>();
            while (await Task.Run(rows.Next, cancellationToken))
            {
                for (var row = 0; row < rows.Block.Rows; row++)
                {
                    if (!IsOf(rows.Block, row, query.Instrument)) continue;
                    var trade = ColdRows.Trade(rows.Block, row, instrument);
                    if (!IsWanted(trade, query)) continue;
                    found.Add(trade);

                    // They come by their ids, which need not be the order of their times: only those that may be returned are kept.
                    if (found.Count >= 2 * left) Cut(found, left, query.NewestFirst);
                }
            }

            Cut(found, left, query.NewestFirst);
            foreach (var trade in found) yield return trade;
            left -= Math.Min(left, found.Count);
            if (left == 0) yield break;
        }
    }

    public async IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, ColdMoment? moment, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var instrument = Known(query.Instrument);
        var table = query.AsOf is null ? ColdTables.Gold.Single(gold => gold.Timeframe == query.Timeframe) : ColdTables.CandleRevisions;
        var left = query.Limit;
        await foreach (var rows in DaysAsync(tables(table.Name), query.Instrument, query.From?.Microseconds, query.To?.Microseconds, moment, query.NewestFirst, cancellationToken))
        {
            // A day of one instrument has 1440 windows at most; of the history the highest version that was known counts.
            var found = new SortedDictionary<long, Candle>();
            while (await Task.Run(rows.Next, cancellationToken))
            {
                for (var row = 0; row < rows.Block.Rows; row++)
                {
                    if (!IsOf(rows.Block, row, query.Instrument)) continue;
                    if (query.AsOf is { } known && (ColdRows.Text(rows.Block, "timeframe", row) != query.Timeframe.ToName() || rows.Block["known_at"].Longs[row] > known.Microseconds)) continue;
                    var start = rows.Block["window_start"].Longs[row];
                    if (start < (query.From?.Microseconds ?? long.MinValue) || start >= (query.To?.Microseconds ?? long.MaxValue)) continue;
                    var candle = ColdRows.Candle(rows.Block, row, instrument, query.Timeframe);
                    if (!found.TryGetValue(start, out var other) || candle.Position > other.Position) found[start] = candle;
                }
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

    private static bool IsOf(RowBlock block, int row, InstrumentId instrument) => block["canonical_symbol"].Texts[row].SequenceEqual(Encoding.UTF8.GetBytes(instrument.Symbol));

    private async IAsyncEnumerable<IRowSource> DaysAsync(OpenTable open, InstrumentId instrument, long? from, long? until, ColdMoment? moment, bool newestFirst, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var filter = new RowFilter { Symbol = instrument.Symbol, From = from ?? long.MinValue, Until = until ?? long.MaxValue };
        var files = (await FilesAsync(open, moment, cancellationToken)).Where(file => open.Reader.ExchangeOf(file) == instrument.Exchange.ToName() && MayHold(open, file, filter)).ToList();
        var days = files.GroupBy(PartitionReader.DayOf).Where(day => (from is null || ((day.Key + 1L) * DayMicroseconds) > from) && (until is null || day.Key * DayMicroseconds < until));
        foreach (var day in newestFirst ? days.OrderByDescending(day => day.Key) : days.OrderBy(day => day.Key))
        {
            await using var rows = await open.Reader.OpenAsync([.. day], filter, cancellationToken);
            yield return new MergedRows(open.Table, rows.Sources);
        }
    }

    private async Task<IReadOnlyList<DataFile>> FilesAsync(OpenTable open, ColdMoment? moment, CancellationToken cancellationToken)
    {
        if (await open.Catalog.LoadAsync(cancellationToken) is not { } version) return moment is null ? [] : throw Unknown(open, moment);
        var snapshot = moment switch
        {
            null => version.Metadata.Current,
            { SnapshotId: { } id } => version.Metadata.Find(id) ?? throw Unknown(open, moment),
            { At: { } at } => version.Metadata.AsOf(at) ?? throw Unknown(open, moment),
            _ => throw new ArgumentException("a moment has a number or a time", nameof(moment)),
        };
        if (snapshot is null) return [];
        if (_files.TryGetValue(snapshot.Id, out var known)) return known;
        if (_files.Count >= CachedSnapshots) _files.Clear();
        return _files[snapshot.Id] = await open.Iceberg.FilesAsync(version, snapshot, cancellationToken);
    }

    private static K2Exception Unknown(OpenTable open, ColdMoment moment) =>
        new($"{open.Table.Name} has no snapshot {(moment.SnapshotId is { } id ? id.ToString(System.Globalization.CultureInfo.InvariantCulture) : $"at or before {moment.At:u}")}: k2 snapshots {open.Table.Name} lists those that can be read");

    private static bool MayHold(OpenTable open, DataFile file, RowFilter filter)
    {
        // Times are eight bytes, the lowest first.
        var time = open.Table[open.Table.DayOf].Id;
        if (file.LowerBounds.TryGetValue(time, out var least) && BinaryPrimitives.ReadInt64LittleEndian(least) >= filter.Until) return false;
        if (file.UpperBounds.TryGetValue(time, out var greatest) && BinaryPrimitives.ReadInt64LittleEndian(greatest) < filter.From) return false;
        if (filter.Symbol is null) return true;
        var (id, wanted) = (open.Table["canonical_symbol"].Id, Encoding.UTF8.GetBytes(filter.Symbol));
        return (!file.LowerBounds.TryGetValue(id, out var lower) || lower.AsSpan().SequenceCompareTo(wanted) <= 0) && (!file.UpperBounds.TryGetValue(id, out var upper) || upper.AsSpan().SequenceCompareTo(wanted) >= 0);
    }

    private Instrument Known(InstrumentId id) => instruments.TryGet(id, out var instrument) ? instrument : throw new K2Exception($"{id} is not in the instruments file");
}
