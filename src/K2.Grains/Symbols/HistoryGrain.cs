using System.Collections.Immutable;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;

namespace K2.Grains.Symbols;

/// <summary>Reads rows of any age for apps that call grains.</summary>
[GrainType("history")]
[StatelessWorker]
[Reentrant]
internal sealed class HistoryGrain(InstrumentTable instruments, [FromKeyedServices(WarehouseReaders.History)] IWarehouseReader reader, IServiceProvider services) : Grain, IHistoryGrain
{
    private const int MostRows = 5_000;

    public async Task<ImmutableArray<CandleView>> GetCandles(string timeframe, HistoryRange range, CancellationToken cancellationToken)
    {
        if (!Timeframes.TryParse(timeframe, out var frame)) throw new ArgumentException($"'{timeframe}' is no timeframe: write one of {string.Join(", ", Timeframes.All.Select(known => known.ToName()))}");
        if (range.AfterTradeId is not null) throw new ArgumentException($"{nameof(HistoryRange.AfterTradeId)} goes with trades: of candles the next page begins at the last window's end");
        var instrument = Check(range);
        var query = new CandleQuery(instrument.Id, frame, Time(range.From), Time(range.To), range.Limit, range.NewestFirst);
        var rows = await SnapshotAsync(ColdTables.CandlesOf(frame, false), range, cancellationToken) is var (cold, snapshot) ? cold.ReadCandlesAsync(query, snapshot, cancellationToken) : reader.ReadCandlesAsync(query, cancellationToken);
        return [.. await rows.Select(candle => candle.ToView(instrument)).ToListAsync(cancellationToken)];
    }

    public async Task<ImmutableArray<TradeView>> GetTrades(HistoryRange range, CancellationToken cancellationToken)
    {
        var instrument = Check(range);
        if (range.AfterTradeId is not null && (range.NewestFirst ? range.To : range.From) is null) throw new ArgumentException($"{nameof(HistoryRange.AfterTradeId)} goes with the time of that trade as {(range.NewestFirst ? nameof(HistoryRange.To) : nameof(HistoryRange.From))}");
        var query = new TradeQuery(instrument.Id, Time(range.From), Time(range.To), range.AfterTradeId, range.Limit, range.NewestFirst);
        var rows = await SnapshotAsync(ColdTables.SilverTrades, range, cancellationToken) is var (cold, snapshot) ? cold.ReadTradesAsync(query, snapshot, cancellationToken) : reader.ReadTradesAsync(query, cancellationToken);
        return [.. await rows.Select(trade => trade.Trade.ToView(instrument)).ToListAsync(cancellationToken)];
    }

    private Instrument Check(HistoryRange range)
    {
        var key = this.GetPrimaryKeyString();
        if (!InstrumentId.TryParse(key, out var id) || !instruments.TryGet(id, out var instrument)) throw new ArgumentException($"{key} is not in the instruments file");
        if (range.Limit is < 1 or > MostRows) throw new ArgumentException($"{nameof(HistoryRange.Limit)} {range.Limit} is out of range: 1 to {MostRows}");
        return range.From > range.To ? throw new ArgumentException($"{nameof(HistoryRange.From)} lies behind {nameof(HistoryRange.To)}: the range is [From, To)") : instrument;
    }

    private async Task<(IColdReader Cold, long Snapshot)?> SnapshotAsync(ColdTable table, HistoryRange range, CancellationToken cancellationToken)
    {
        if (range.Snapshot is null) return null;
        if (!ColdMoment.TryParse(range.Snapshot, out var moment)) throw new ArgumentException($"{nameof(HistoryRange.Snapshot)} '{range.Snapshot}' is neither a snapshot's number nor a time in ISO 8601");
        if (services.GetService<IColdReader>() is not { } cold) throw new ArgumentException($"{nameof(HistoryRange.Snapshot)}: the cold tier is off (K2:Cold:Enabled)");
        try
        {
            return (cold, await cold.FindSnapshotAsync(table, moment, cancellationToken));
        }
        catch (UnknownSnapshotException unknown)
        {
            // Of a type that every client knows, without the cause, which Orleans could not send.
            throw new ArgumentException(unknown.Message);
        }
    }

    private static Timestamp? Time(DateTime? time) => time is { } moment ? Timestamp.From(new DateTimeOffset(DateTime.SpecifyKind(moment, DateTimeKind.Utc))) : null;
}
