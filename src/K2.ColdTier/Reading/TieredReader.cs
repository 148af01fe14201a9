using System.Runtime.CompilerServices;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.ColdTier.Reading;

/// <summary>
/// One surface over warehouse and cold tier. What lies above the border (within the retention, and behind the warehouse's last day without rows) is read from the warehouse alone; below it both are
/// read and each row is returned once, the warehouse's if both have it, so that neither a partition that is dropped meanwhile nor a restored one shows twice or not at all.
/// </summary>
/// <param name="warm">The warehouse.</param>
/// <param name="cold">The cold tables.</param>
/// <param name="source">Says where the warehouse begins and what its clock is.</param>
/// <param name="retention">How long rows are warm.</param>
/// <param name="time">How long a border is used before it is asked for again.</param>
public sealed class TieredReader(IWarehouseReader warm, IColdReader cold, IColdSource source, RetentionOptions retention, TimeProvider time) : IWarehouseReader
{
    private static readonly TimeSpan BorderAge = TimeSpan.FromSeconds(20);

    // The retention goes on while a border is used: what it may drop by then is read from both.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);
    private readonly Dictionary<string, (Timestamp? Border, long At)> _borders = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public async IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = query.AsOf is null ? RetainedTable.Candles : RetainedTable.CandleRevisions;
        var rows = ReadAsync(
            table,
            ColdTables.CandlesOf(query.Timeframe, query.AsOf is not null),
            query.From,
            query.To,
            query.Limit,
            query.NewestFirst,
            (from, to, limit) => warm.ReadCandlesAsync(query with { From = from, To = to, Limit = limit }, cancellationToken),
            (from, to, limit) => cold.ReadCandlesAsync(query with { From = from, To = to, Limit = limit }, null, cancellationToken),
            candle => (candle.WindowStart.Microseconds, 0L, (ushort)0),
            cancellationToken);
        await foreach (var candle in rows) yield return candle;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A cursor belongs to the end of the range that has its time.
        var rows = ReadAsync(
            RetainedTable.Silver,
            ColdTables.SilverTrades,
            query.From,
            query.To,
            query.Limit,
            query.NewestFirst,
            (from, to, limit) => warm.ReadTradesAsync(Part(from, to, limit), cancellationToken),
            (from, to, limit) => cold.ReadTradesAsync(Part(from, to, limit), null, cancellationToken),
            trade => (trade.Trade.ExchangeTime.Microseconds, trade.Trade.TradeId, trade.Trade.IdEpoch),
            cancellationToken);
        await foreach (var trade in rows) yield return trade;

        TradeQuery Part(Timestamp? from, Timestamp? to, int limit) => query with
        {
            From = from,
            To = to,
            Limit = limit,
            AfterTradeId = (query.NewestFirst ? to == query.To : from == query.From) ? query.AfterTradeId : null,
        };
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PositionedTrade>> FindTradesAsync(InstrumentId instrument, ushort idEpoch, IReadOnlyCollection<long> tradeIds, CancellationToken cancellationToken) => warm.FindTradesAsync(instrument, idEpoch, tradeIds, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Candle>> RebuildCandlesAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) => warm.RebuildCandlesAsync(instrument, windows, upTo, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PositionedTrade> ReadTradesBetweenAsync(InstrumentId instrument, LogPosition above, LogPosition below, CancellationToken cancellationToken) => warm.ReadTradesBetweenAsync(instrument, above, below, cancellationToken);

    /// <inheritdoc/>
    public Task<SymbolCheckpoint?> ReadCheckpointAsync(InstrumentId instrument, CancellationToken cancellationToken) => warm.ReadCheckpointAsync(instrument, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken) => warm.HighestPositionsAsync(cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredGap> ReadGapsAsync(GapQuery query, CancellationToken cancellationToken) => warm.ReadGapsAsync(query, cancellationToken);

    /// <inheritdoc/>
    public Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken) => warm.CountAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<CandleWindow, long>> ReadRecordedCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) => warm.ReadRecordedCountsAsync(instrument, windows, upTo, cancellationToken);

    /// <inheritdoc/>
    public Task<CandleEvents> ReadCandleEventsAsync(CandleEventQuery query, CancellationToken cancellationToken) => warm.ReadCandleEventsAsync(query, cancellationToken);

    private async IAsyncEnumerable<T> ReadAsync<T>(
        RetainedTable retained,
        ColdTable table,
        Timestamp? from,
        Timestamp? to,
        int limit,
        bool newestFirst,
        Func<Timestamp?, Timestamp?, int, IAsyncEnumerable<T>> readWarm,
        Func<Timestamp?, Timestamp?, int, IAsyncEnumerable<T>> readCold,
        Func<T, (long Time, long Id, ushort Epoch)> key,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var border = await BorderAsync(retained, table, cancellationToken);
        var left = limit;
        if (border is not { } edge || from >= edge)
        {
            await foreach (var row in readWarm(from, to, limit)) yield return row;
            yield break;
        }

        if (newestFirst && (to is null || to > edge))
        {
            await foreach (var row in readWarm(edge, to, left))
            {
                left--;
                yield return row;
            }

            if (left == 0) yield break;
        }

        var below = to is { } end && end < edge ? end : edge;
        foreach (var row in await UnionAsync(readWarm(from, below, left), readCold(from, below, left), key, left, newestFirst, cancellationToken))
        {
            left--;
            yield return row;
        }

        if (newestFirst || left == 0 || (to is { } last && last <= edge)) yield break;
        await foreach (var row in readWarm(edge, to, left)) yield return row;
    }

    private static async Task<List<T>> UnionAsync<T>(IAsyncEnumerable<T> warmRows, IAsyncEnumerable<T> coldRows, Func<T, (long Time, long Id, ushort Epoch)> key, int limit, bool newestFirst, CancellationToken cancellationToken)
    {
        var rows = new SortedDictionary<(long Time, long Id, ushort Epoch), T>();
        await foreach (var row in coldRows.WithCancellation(cancellationToken)) rows[key(row)] = row;
        await foreach (var row in warmRows.WithCancellation(cancellationToken)) rows[key(row)] = row;
        return [.. (newestFirst ? rows.Values.Reverse() : rows.Values).Take(limit)];
    }

    // Rows from here on are in the warehouse; null while it is empty and nothing can be said: then it is read alone.
    private async Task<Timestamp?> BorderAsync(RetainedTable retained, ColdTable table, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_borders.TryGetValue(table.Name, out var known) && time.GetElapsedTime(known.At) < BorderAge) return known.Border;
        }

        Timestamp? border = null;
        if (await source.ClockAsync(cancellationToken) is { } clock && await source.UnbrokenSinceAsync(table, cancellationToken) is { } first)
        {
            var kept = clock.Add(Margin - retention.Of(retained));
            border = first > kept ? first : kept;
        }

        lock (_lock) _borders[table.Name] = (border, time.GetTimestamp());
        return border;
    }
}
