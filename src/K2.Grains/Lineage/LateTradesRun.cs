using K2.Abstractions.Warehouse;
using K2.Contracts.Lineage;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Grains.Symbols;

namespace K2.Grains.Lineage;

/// <summary>
/// Takes the trades of one symbol that came when their day had left the warehouse, without Orleans: a day at a time, the day comes back, the trades that it lacks go through the log,
/// and behind them a record that has the day's candles derived again. Only then do the letters count as settled: what breaks off is done once more and changes nothing.
/// </summary>
internal sealed class LateTradesRun(Instrument instrument, SymbolRecords records, IWarehouseReader reader, ILineageStore store, IDayKeeper days, int lettersPerRead = LateTradesRun.LettersPerRead)
{
    internal const int LettersPerRead = 5_000;

    public async Task RunAsync(RebuildProgress progress, Action<RebuildProgress> report, CancellationToken cancellationToken)
    {
        var (from, until) = (Timestamp.From(new DateTimeOffset(progress.Request.From, TimeSpan.Zero)), Timestamp.From(new DateTimeOffset(progress.Request.Until, TimeSpan.Zero)));
        for (WaitingLetter? after = null; ;)
        {
            var page = await store.ReadWaitingAsync(instrument.Id, SymbolDeadLetters.BeyondHorizonReason, after, lettersPerRead, cancellationToken);
            if (page.Count == 0) break;
            after = page[^1];
            var waiting = new List<(WaitingLetter Letter, Trade Trade)>();
            foreach (var letter in page)
            {
                if (Read(letter, ref progress) is { } trade && trade.ExchangeTime >= from && trade.ExchangeTime < until) waiting.Add((letter, trade));
            }

            foreach (var day in waiting.GroupBy(one => Timeframe.OneDay.WindowStart(one.Trade.ExchangeTime)).OrderBy(day => day.Key))
            {
                progress = await TakeAsync(progress, day.Key, [.. day], cancellationToken);
                report(progress);
            }
        }

        report(progress with { Reached = progress.Request.Until, Ended = true });
    }

    private async Task<RebuildProgress> TakeAsync(RebuildProgress progress, Timestamp day, List<(WaitingLetter Letter, Trade Trade)> waiting, CancellationToken cancellationToken)
    {
        if (await days.BringBackAsync(instrument.Id.Exchange, day, cancellationToken) is { } lacking) return progress.Note($"{waiting.Count} trades of {day} still wait: {lacking}");

        // With the whole day there, an id that is not found was never taken.
        var kept = new Dictionary<(ushort Epoch, long Id), Trade>();
        foreach (var epoch in waiting.GroupBy(one => one.Trade.IdEpoch))
        {
            foreach (var (_, trade) in await reader.FindTradesAsync(instrument.Id, epoch.Key, epoch.Select(one => one.Trade.TradeId).ToHashSet(), cancellationToken)) kept[(epoch.Key, trade.TradeId)] = trade;
        }

        var taken = new List<Trade>();
        var others = new List<Trade>();
        foreach (var (_, trade) in waiting)
        {
            if (kept.TryAdd((trade.IdEpoch, trade.TradeId), trade)) taken.Add(trade);
            else if (!SameContent(trade, kept[(trade.IdEpoch, trade.TradeId)])) others.Add(trade);
        }

        // One after the other: of two contents of an id the first is kept, and the grain sees that the second is a conflict.
        foreach (var trades in (List<Trade>[])[taken, others])
        {
            if (trades.Count > 0) await records.ApplyAsync(trades.Select(trade => LogRecord.OfRestoredTrade(trade)), cancellationToken);
        }

        var position = await records.ApplyAsync([LogRecord.OfRebuild(day, day.Add(TimeSpan.FromDays(1)))], cancellationToken);
        await store.SettleAsync(instrument.Id, SymbolDeadLetters.BeyondHorizonReason, waiting.ConvertAll(one => one.Letter), cancellationToken);
        return progress with
        {
            Reached = day.Add(TimeSpan.FromDays(1)).ToDateTime(),
            Restored = progress.Restored + taken.Count,
            Settled = progress.Settled + waiting.Count,
            CandlesWritten = progress.CandlesWritten + await store.CountCandlesAtAsync(instrument.Id, position, cancellationToken),
        };
    }

    private Trade? Read(WaitingLetter letter, ref RebuildProgress progress)
    {
        try
        {
            RecordCodec.Count(instrument, letter.Original.Span);
            return RecordCodec.Read(letter.Original.Span, 0).Trade;
        }
        catch (CorruptRecordException damage)
        {
            progress = progress.Note($"the letter {letter.Origin} cannot be read: {damage.Message}");
            return null;
        }
    }

    private static bool SameContent(in Trade one, in Trade other) => (one.Price, one.Quantity, one.ExchangeTime) == (other.Price, other.Quantity, other.ExchangeTime);
}
