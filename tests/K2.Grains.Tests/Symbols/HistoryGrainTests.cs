using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Warehouse;
using K2.Contracts.Symbols;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.TestKit.Warehouse;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace K2.Grains.Tests.Symbols;

/// <summary>Apps read rows of any age by a grain call; the reader that knows both tiers is a service of the silo.</summary>
public sealed class HistoryGrainTests : IAsyncLifetime
{
    private readonly InMemoryWarehouse _rows = new();
    private InProcessTestCluster _cluster = null!;
    private IHistoryGrain _grain = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(new InstrumentTable([Some.Instrument]));
            silo.Services.AddKeyedSingleton<IWarehouseReader>(WarehouseReaders.History, _rows);
            silo.Services.AddSingleton<IColdReader>(new ColdRows());
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
        _grain = _cluster.Client.GetGrain<IHistoryGrain>(Some.Instrument.Id.ToString());
        await _rows.WriteAsync(WarehouseSamples.Flush(Some.Instrument, 5, [.. Enumerable.Range(1, 5).Select(id => new PositionedTrade(LogPosition.Create(1, id), Some.Trade(id, id)))]), Token);
    }

    public async ValueTask DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task GetTrades_PageByPageInBothDirections_ReturnsEachOnce()
    {
        var first = await _grain.GetTrades(new HistoryRange { From = Some.Start.ToDateTime(), Limit = 3 }, Token);
        var second = await _grain.GetTrades(new HistoryRange { From = first[^1].Time, AfterTradeId = first[^1].TradeId, Limit = 3 }, Token);
        var newest = await _grain.GetTrades(new HistoryRange { NewestFirst = true, Limit = 2 }, Token);

        Assert.Equal([1, 2, 3], first.Select(trade => trade.TradeId));
        Assert.Equal([4, 5], second.Select(trade => trade.TradeId));
        Assert.Equal([5, 4], newest.Select(trade => trade.TradeId));
    }

    [Fact]
    public async Task GetRows_OfASnapshot_ComeFromTheColdTable()
    {
        Assert.Equal([77], (await _grain.GetTrades(new HistoryRange { Snapshot = "9" }, Token)).Select(trade => trade.TradeId));
        Assert.Equal(["1h"], (await _grain.GetCandles("1h", new HistoryRange { Snapshot = "2026-03-01T00:00:00Z" }, Token)).Select(candle => candle.Timeframe));
        Assert.Contains("has no snapshot 8", (await Assert.ThrowsAsync<ArgumentException>(() => _grain.GetTrades(new HistoryRange { Snapshot = "8" }, Token))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2m", 10, null, "no timeframe")]
    [InlineData("1m", 0, null, "out of range")]
    [InlineData("1m", 5001, null, "out of range")]
    [InlineData("1m", 10, "yesterday", "neither a snapshot's number nor a time")]
    public async Task GetCandles_WrongRequest_SaysWhatIsWrong(string timeframe, int limit, string? snapshot, string words)
    {
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => _grain.GetCandles(timeframe, new HistoryRange { Limit = limit, Snapshot = snapshot }, Token));

        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetTrades_InstrumentThatIsNotTaken_SaysSo() => Assert.Contains(
        "binance:NO/USDT is not in the instruments file", (await Assert.ThrowsAsync<ArgumentException>(() => _cluster.Client.GetGrain<IHistoryGrain>("binance:NO/USDT").GetTrades(new HistoryRange(), Token))).Message, StringComparison.Ordinal);

    /// <summary>Knows the snapshot 9, and one for every time.</summary>
    private sealed class ColdRows : IColdReader
    {
        public Task<long> FindSnapshotAsync(ColdTable table, ColdMoment moment, CancellationToken cancellationToken) =>
            moment.SnapshotId is null or 9 ? Task.FromResult(9L) : throw new UnknownSnapshotException(table.Name, moment, isExported: true);

        public IAsyncEnumerable<PositionedTrade> ReadTradesAsync(TradeQuery query, long? snapshotId, CancellationToken cancellationToken) =>
            new[] { new PositionedTrade(LogPosition.Create(1, 1), Some.Trade(77, 1)) }.ToAsyncEnumerable();

        public IAsyncEnumerable<Candle> ReadCandlesAsync(CandleQuery query, long? snapshotId, CancellationToken cancellationToken)
        {
            var book = new CandleBook(Some.Instrument, new CandleBookOptions());
            book.Apply(LogPosition.Create(1, 1), LogRecord.OfTrade(Some.Trade(77, 1)), new BookChanges());
            return book.Candles().Where(candle => candle.Timeframe == query.Timeframe).ToAsyncEnumerable();
        }
    }
}
