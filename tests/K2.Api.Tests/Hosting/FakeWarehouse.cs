using System.Runtime.CompilerServices;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;

namespace K2.Api.Tests.Hosting;

/// <summary>Rows in memory, read as the contract says; or a failure.</summary>
internal sealed class FakeWarehouse : IWarehouseReader
{
    public List<Candle> Candles { get; } = [];

    public List<(InstrumentId Instrument, PositionedTrade Trade)> Trades { get; } = [];

    public Exception? Failure { get; init; }

    public bool Hangs { get; init; }

    /// <summary>Completes when a read that hangs was cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static FakeWarehouse WithSamples()
    {
        var warehouse = new FakeWarehouse();
        for (var minute = 0; minute < 1_200; minute++) warehouse.Candles.Add(Samples.Candle(minute));
        for (var number = 0; number < 1_000; number++) warehouse.Trades.Add((Samples.Btc.Id, Samples.Trade(number)));
        var gap = new FeedGap(Timestamp.FromMilliseconds(1_723_161_000_000), Timestamp.FromMilliseconds(1_723_161_090_000), 41, 45, 0, GapCause.Reconnect);
        warehouse.Gaps.Add(new StoredGap(Samples.Btc.Id, new GapChange(gap, GapState.Filled, LogPosition.Create(1, 9))));
        warehouse.Gaps.Add(new StoredGap(Samples.Btc.Id, new GapChange(gap with { FirstId = 51, LastId = 52, Cause = GapCause.IdJump, Reason = GapReason.NotServed }, GapState.Unfillable, LogPosition.Create(1, 8))));
        return warehouse;
    }

    public async IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        var rows = Candles.Where(c => c.Instrument == query.Instrument && c.Timeframe == query.Timeframe
            && (query.From is not { } from || c.WindowStart >= from) && (query.To is not { } to || c.WindowStart < to));
        rows = query.NewestFirst ? rows.OrderByDescending(c => c.WindowStart) : rows.OrderBy(c => c.WindowStart);
        foreach (var row in rows.Take(query.Limit)) yield return row;
    }

    public async IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        var rows = Trades.Where(t => t.Instrument == query.Instrument).Select(t => t.Trade);
        var cursor = query.AfterTradeId;
        if (query.From is { } from)
            rows = rows.Where(t => cursor is { } id && !query.NewestFirst ? (t.Trade.ExchangeTime, t.Trade.TradeId).CompareTo((from, id)) > 0 : t.Trade.ExchangeTime >= from);
        if (query.To is { } to)
            rows = rows.Where(t => cursor is { } id && query.NewestFirst ? (t.Trade.ExchangeTime, t.Trade.TradeId).CompareTo((to, id)) < 0 : t.Trade.ExchangeTime < to);
        rows = query.NewestFirst
            ? rows.OrderByDescending(t => (t.Trade.ExchangeTime, t.Trade.TradeId))
            : rows.OrderBy(t => (t.Trade.ExchangeTime, t.Trade.TradeId));
        foreach (var row in rows.Take(query.Limit)) yield return row;
    }

    public async Task<SymbolCheckpoint?> ReadCheckpointAsync(InstrumentId instrument, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        return null;
    }

    public Task<IReadOnlyList<PositionedTrade>> FindTradesAsync(InstrumentId instrument, ushort idEpoch, IReadOnlyCollection<long> tradeIds, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyList<Candle>> RebuildCandlesAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) => throw new NotSupportedException();

    public IAsyncEnumerable<PositionedTrade> ReadTradesBetweenAsync(InstrumentId instrument, LogPosition above, LogPosition below, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<InstrumentId, LogPosition>> HighestPositionsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public List<StoredGap> Gaps { get; } = [];

    public IAsyncEnumerable<StoredGap> ReadGapsAsync(GapQuery query, CancellationToken cancellationToken) => Gaps
        .Where(gap => (query.Exchange is not { } exchange || gap.Instrument.Exchange == exchange) && (query.Symbol is not { } symbol || gap.Instrument.Symbol == symbol) && (query.State is not { } state || gap.Change.State == state))
        .Take(query.Limit).ToAsyncEnumerable();

    public Task<IReadOnlyDictionary<CandleWindow, long>> ReadRecordedCountsAsync(InstrumentId instrument, IReadOnlyCollection<CandleWindow> windows, LogPosition upTo, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CandleEvents> ReadCandleEventsAsync(CandleEventQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<WarehouseCounts> CountAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    private async Task EnterAsync(CancellationToken cancellationToken)
    {
        Entered.TrySetResult();
        if (Failure is not null) throw Failure;
        if (!Hangs) return;
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.TrySetResult();
            throw;
        }
    }
}
