using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Contracts.Lineage;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges;

namespace K2.Grains.Lineage;

/// <summary>
/// One rebuild, without Orleans: a UTC day at a time, its trades in slices, and behind them one record that has the candles derived again. All it
/// changes goes through the log, so that the symbol's grain stays the only writer of rows; only candles of windows without a trade are removed here.
/// </summary>
internal sealed class RebuildRun(Instrument instrument, IExchangeAdapter adapter, TradeSource source, CandleBookOptions options, SymbolRecords records, IWarehouseReader reader, ILineageStore store, int mostTrades = RebuildRun.MostTrades)
{
    // A slice's trades are held twice, as they are stored and as they were received: about 60 MB.
    internal const int MostTrades = 250_000;
    private static readonly TimeSpan LongestSlice = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ShortestSlice = TimeSpan.FromSeconds(1);
    private readonly RawTrades _raw = new(instrument, adapter, source, store);

    public async Task RunAsync(RebuildProgress progress, Action<RebuildProgress> report, CancellationToken cancellationToken)
    {
        var until = Timestamp.From(new DateTimeOffset(progress.Request.Until, TimeSpan.Zero));
        long? lastId = null;
        for (var from = Timestamp.From(new DateTimeOffset(progress.Request.From, TimeSpan.Zero)); from < until;)
        {
            var midnight = Timeframe.OneDay.WindowStart(from).Add(TimeSpan.FromDays(1));
            var end = midnight < until ? midnight : until;
            if (progress.Request.FromRaw)
            {
                var later = await _raw.ReadLaterSnapshotsAsync(from, end, cancellationToken);
                for (var (at, slice) = (from, LongestSlice); at < end;)
                {
                    var next = at.Add(slice) < end ? at.Add(slice) : end;
                    if (await ReadAsync(at, next, slice <= ShortestSlice ? int.MaxValue : mostTrades, cancellationToken) is not var (raw, stored))
                    {
                        slice /= 2;
                        continue;
                    }

                    foreach (var trade in later.Values.Where(trade => trade.ExchangeTime >= at && trade.ExchangeTime < next)) raw.TryAdd(trade.TradeId, trade);
                    (progress, lastId) = await RestoreAsync(progress, raw, stored, at, next, lastId, cancellationToken);
                    report(progress);
                    at = next;
                }
            }

            progress = await DeriveCandlesAsync(progress, from, end, cancellationToken);
            progress = progress with { Reached = end.ToDateTime(), Ended = end == until };
            report(progress);
            from = end;
        }
    }

    /// <summary>Returns a slice's trades as they were received and as they are stored, or null if there are more than may be held.</summary>
    private async Task<(Dictionary<long, Trade> Raw, Dictionary<long, Trade> Stored)?> ReadAsync(Timestamp from, Timestamp until, int most, CancellationToken cancellationToken) =>
        await StoredAsync(from, until, most, cancellationToken) is { } stored && await _raw.ReadAsync(from, until, most, cancellationToken) is { } raw ? (raw, stored) : null;

    private async Task<(RebuildProgress Progress, long? LastId)> RestoreAsync(
        RebuildProgress progress, Dictionary<long, Trade> raw, Dictionary<long, Trade> stored, Timestamp from, Timestamp until, long? lastId, CancellationToken cancellationToken)
    {
        var missing = raw.Values.Where(trade => !stored.ContainsKey(trade.TradeId)).OrderBy(trade => trade.TradeId).ToList();
        var book = await ReadBookAsync(cancellationToken);
        var beyond = missing.RemoveAll(trade => book.IsBeyondHorizon(trade));
        if (beyond > 0) progress = progress.Note($"{beyond} trades from {from} on are of a day that the warehouse does not keep any more");
        if (missing.Count > 0 && book.IdEpoch > 0)
            throw new K2Exception($"{instrument.Id} lacks {missing.Count} trades from {from} on and has restarted its ids: raw frames do not say of which epoch a trade is, so they cannot be restored", isTransient: false);
        if (missing.Count > 0)
        {
            // Stored under another time, or of a neighbouring slice: then it is not missing.
            var elsewhere = (await reader.FindTradesAsync(instrument.Id, 0, missing.ConvertAll(trade => trade.TradeId), cancellationToken)).ToDictionary(found => found.Trade.TradeId, found => found.Trade);
            foreach (var (id, trade) in elsewhere) stored[id] = trade;
            missing.RemoveAll(trade => elsewhere.ContainsKey(trade.TradeId));
        }

        if (missing.Count > 0) await records.ApplyAsync(missing.Select(trade => LogRecord.OfRestoredTrade(trade)), cancellationToken);
        progress = progress with { InRaw = progress.InRaw + raw.Count, Restored = progress.Restored + missing.Count };
        foreach (var trade in stored.Values.OrderBy(trade => trade.TradeId))
        {
            if (!raw.TryGetValue(trade.TradeId, out var original)) progress = (progress with { WithoutRaw = progress.WithoutRaw + 1 }).Note($"trade {trade.TradeId} of {trade.ExchangeTime} is in no raw record");
            else if (!SameContent(trade, original)) progress = (progress with { Different = progress.Different + 1 }).Note($"trade {trade.TradeId} of {trade.ExchangeTime} differs from its raw record");
        }

        foreach (var id in stored.Keys.Union(raw.Keys).Where(id => id >= 0).Order())
        {
            if (lastId is { } before && id > before + 1) progress = (progress with { MissingIds = progress.MissingIds + (id - before - 1) }).Note($"ids {before + 1} to {id - 1} before {until} are nowhere");
            lastId = lastId is { } highest && highest > id ? highest : id;
        }

        return (progress, lastId);
    }

    private async Task<RebuildProgress> DeriveCandlesAsync(RebuildProgress progress, Timestamp from, Timestamp until, CancellationToken cancellationToken)
    {
        // Candles outlive trades: one whose day has left the warehouse, or may leave it at any moment, must not be derived from nothing.
        var first = await store.FirstTradeAsync(instrument.Id, cancellationToken);
        var kept = first is null ? until : Timeframe.OneDay.WindowStart(first.Value);
        if ((await ReadBookAsync(cancellationToken)).Horizon is { } horizon && horizon > kept) kept = horizon;
        if (kept > from)
        {
            progress = progress.Note($"{from} to {(kept < until ? kept : until)}: the warehouse keeps no trades of that time");
            if (kept >= until) return progress;
            from = kept;
        }

        var position = await records.ApplyAsync([LogRecord.OfRebuild(from, until)], cancellationToken);
        var removed = await store.RemoveEmptyCandlesAsync(instrument.Id, from, until, position, cancellationToken);
        return progress with { CandlesWritten = progress.CandlesWritten + await store.CountCandlesAtAsync(instrument.Id, position, cancellationToken), CandlesRemoved = progress.CandlesRemoved + removed };
    }

    private async Task<Dictionary<long, Trade>?> StoredAsync(Timestamp from, Timestamp until, int most, CancellationToken cancellationToken)
    {
        const int page = 10_000;
        var trades = new Dictionary<long, Trade>();
        long? after = null;
        for (var (count, at) = (page, from); count == page;)
        {
            count = 0;
            await foreach (var (_, trade) in reader.ReadTradesAsync(new TradeQuery(instrument.Id, at, until, after, page, false), cancellationToken))
            {
                trades[trade.TradeId] = trade;
                (at, after) = (trade.ExchangeTime, trade.TradeId);
                count++;
            }

            if (trades.Count > most) return null;
        }

        return trades;
    }

    private async Task<CandleBook> ReadBookAsync(CancellationToken cancellationToken) =>
        await reader.ReadCheckpointAsync(instrument.Id, cancellationToken) is { } checkpoint ? CandleBook.Deserialize(instrument, checkpoint.State.Span, options) : new CandleBook(instrument, options);

    private static bool SameContent(in Trade one, in Trade other) =>
        (one.Price, one.Quantity, one.Side, one.ExchangeTime, one.FirstTradeId, one.LastTradeId) == (other.Price, other.Quantity, other.Side, other.ExchangeTime, other.FirstTradeId, other.LastTradeId);
}
