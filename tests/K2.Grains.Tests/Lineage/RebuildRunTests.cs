using System.Text;
using K2.Abstractions;
using K2.Abstractions.Warehouse;
using K2.Contracts.Lineage;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Binance;
using K2.Grains.Lineage;
using K2.TestKit.Log;
using K2.TestKit.Warehouse;

namespace K2.Grains.Tests.Lineage;

/// <summary>What a rebuild refuses, before it appends anything: the log has no topics, so that an append would throw.</summary>
public sealed class RebuildRunTests
{
    private static readonly Timestamp At = Timestamp.FromMilliseconds(1_723_161_255_342);
    private readonly InMemoryWarehouse _warehouse = new();

    [Fact]
    public async Task Run_FromRawAndEveryTradeOfASymbolWithRestartedIdsIsLost_SaysWhyItCannot()
    {
        await SaveAsync(LogRecord.OfTrade(Some.Trade(1, 1)), LogRecord.OfTradeIdsRestarted(Some.Start));

        var refusal = await Assert.ThrowsAsync<K2Exception>(() => RunAsync(new FakeLineageStore(At), isFromRaw: true));

        Assert.Contains("lacks 1 trades", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("restarted its ids", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_TheDayHasNoTrades_IsListedAndNothingIsDerived(bool hasLaterOnes)
    {
        var progress = await RunAsync(new FakeLineageStore(hasLaterOnes ? At.Add(TimeSpan.FromDays(1)) : null), isFromRaw: false);

        Assert.Contains("the warehouse keeps no trades of that time", Assert.Single(progress.Rest), StringComparison.Ordinal);
        Assert.True(progress.Ended);
        Assert.False(progress.IsWhole);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_TheDayIsBeyondTheHorizon_IsListedAndNothingIsRestoredOrDerived(bool isFromRaw)
    {
        await SaveAsync(LogRecord.OfWatermark(At.Add(TimeSpan.FromDays(40))));

        var progress = await RunAsync(new FakeLineageStore(At), isFromRaw);

        Assert.Contains("the warehouse keeps no trades of that time", progress.Rest[^1], StringComparison.Ordinal);
        Assert.Equal((isFromRaw ? 1 : 0, 0), (progress.InRaw, progress.Restored));
        Assert.False(progress.IsWhole);
    }

    [Fact]
    public async Task Run_MoreTradesThanAreHeld_TakesShorterSlices()
    {
        var store = new FakeLineageStore(At) { Frames = [(1, At), (2, At.Add(TimeSpan.FromSeconds(1.5))), (3, At.Add(TimeSpan.FromSeconds(1.6)))], Later = (4, At.Add(TimeSpan.FromSeconds(20))) };
        await _warehouse.WriteAsync(WarehouseSamples.Flush(Some.Instrument, 2, [.. store.All.Select(frame => Stored(frame.Id, frame.Time))]), TestContext.Current.CancellationToken);
        await SaveAsync(LogRecord.OfTrade(Some.Trade(1, 1)), LogRecord.OfWatermark(At), LogRecord.OfWatermark(At));
        RebuildProgress? progress = null;

        // Nothing is missing; only the record that has candles derived finds no topic.
        var end = await Assert.ThrowsAnyAsync<Exception>(() => RunAsync(store, isFromRaw: true, most: 1, reached => progress = reached));
        Assert.True(progress is not null, end.ToString());

        Assert.Equal((4, 0, 0, 0), (progress!.InRaw, progress.Restored, progress.Different, progress.WithoutRaw));
        Assert.InRange(store.Reads, 8, 250);
        Assert.Equal(1, store.LaterReads);
    }

    private static PositionedTrade Stored(long id, Timestamp time) => new(LogPosition.Create(1, id), Some.Trade(id, 1) with
    {
        Price = new Price(6_183_763_000_000),
        Quantity = new Quantity(2_000_000),
        Side = TakerSide.Sell,
        ExchangeTime = time,
    });

    private Task<RebuildProgress> RunAsync(FakeLineageStore store, bool isFromRaw) => RunAsync(store, isFromRaw, RebuildRun.MostTrades, _ => { });

    private async Task<RebuildProgress> RunAsync(FakeLineageStore store, bool isFromRaw, int most, Action<RebuildProgress> report)
    {
        await using var log = new InMemoryLog([]);
        var request = new RebuildRequest { From = At.Add(TimeSpan.FromMinutes(-1)).ToDateTime(), Until = At.Add(TimeSpan.FromMinutes(1)).ToDateTime(), FromRaw = isFromRaw };
        var progress = new RebuildProgress { Request = request, Reached = request.From };
        var run = new RebuildRun(Some.Instrument, new BinanceAdapter(), TradeSource.Live, new CandleBookOptions(), new SymbolRecords(Some.Instrument, log, _warehouse, TimeProvider.System), _warehouse, store, most);
        await run.RunAsync(progress, reached => report(progress = reached), TestContext.Current.CancellationToken);
        return progress;
    }

    private async Task SaveAsync(params LogRecord[] records)
    {
        var book = new CandleBook(Some.Instrument, new CandleBookOptions());
        var changes = new BookChanges();
        foreach (var (index, record) in records.Index()) book.Apply(LogPosition.Create(1, index), record, changes);
        book.TakeChanges(changes);
        await _warehouse.WriteAsync(WarehouseSamples.Flush(Some.Instrument, records.Length) with { State = book.Serialize() }, TestContext.Current.CancellationToken);
    }

    /// <summary>Holds frames with one trade each, and one look back that was received later.</summary>
    private sealed class FakeLineageStore(Timestamp? firstTrade) : ILineageStore
    {
        public (long Id, Timestamp Time)[] Frames { get; init; } = [(3_735_683_259, At)];

        public (long Id, Timestamp Time)? Later { get; init; }

        public IEnumerable<(long Id, Timestamp Time)> All => Later is { } later ? [.. Frames, later] : Frames;

        public int Reads { get; private set; }

        public int LaterReads { get; private set; }

        public Task<Timestamp?> FirstTradeAsync(InstrumentId instrument, CancellationToken cancellationToken) => Task.FromResult(firstTrade);

        public IAsyncEnumerable<StoredFrame> ReadFramesAsync(FrameQuery query, CancellationToken cancellationToken)
        {
            Reads++;
            return Frames.Select(Frame).ToAsyncEnumerable();
        }

        public IAsyncEnumerable<StoredFrame> ReadLaterSnapshotsAsync(FrameQuery query, CancellationToken cancellationToken)
        {
            LaterReads++;
            return (Later is { } later ? [Frame(later)] : Array.Empty<StoredFrame>()).ToAsyncEnumerable();
        }

        private static StoredFrame Frame((long Id, Timestamp Time) trade) => new("binance:1", trade.Id, At, Encoding.UTF8.GetBytes(
            $$$"""{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":{{{trade.Id}}},"p":"61837.63000000","q":"0.02000000","T":{{{trade.Time.Microseconds / 1000}}},"m":true,"M":true}}"""));

        public Task<long> CountCandlesAtAsync(InstrumentId instrument, LogPosition position, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<long> RemoveEmptyCandlesAsync(InstrumentId instrument, Timestamp from, Timestamp until, LogPosition position, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyList<WaitingLetter>> ReadWaitingAsync(InstrumentId instrument, string reason, WaitingLetter? after, int limit, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task SettleAsync(InstrumentId instrument, string reason, IReadOnlyCollection<WaitingLetter> letters, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
