using System.Globalization;
using K2.Abstractions.Cold;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.ColdTier.Reading;
using K2.Domain;
using K2.Domain.Candles;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.TestKit.Cold;

namespace K2.ColdTier.Tests.Export;

/// <summary>Rows of any age over one surface, with the real engine: dropped, restored, or both at once, each is returned once and in order.</summary>
public sealed class TieredReadTests(SharedEngine engine) : IAsyncLifetime, IClassFixture<SharedEngine>
{
    private static readonly DateTime Day = new(2026, 3, 1, 22, 0, 0, DateTimeKind.Utc);
    private static readonly InstrumentId Btc = InstrumentId.Create(Exchange.Binance, "BTC/USDT");
    private static readonly InstrumentTable Instruments = new([new Instrument(Btc, "BTCUSDT", "BTC", "USDT", 3, 3)]);
    private ColdWorld _world = null!;
    private ColdTier _cold = null!;

    public async ValueTask InitializeAsync()
    {
        if (!ColdWorld.HasEngine) return;
        _world = await ColdWorld.StartAsync(engine, Instruments);
        _cold = await _world.OpenAsync();
        await _world.TradesAsync("binance:BTC/USDT", 400, Day, 30);
        await _world.TradesAsync("binance:BTC/USDT", 300, Day.AddDays(1), 30);
        await _world.TradesAsync("binance:ETH/USDT", 50, Day, 30);
    }

    public async ValueTask DisposeAsync()
    {
        _cold?.Dispose();
        if (_world is not null) await _world.DisposeAsync();
    }

    [Fact]
    public async Task Rows_AreReturnedOnceAndInOrder_WhereverTheyAre()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        foreach (var table in ColdTables.Gold.Prepend(ColdTables.SilverTrades)) await _cold.ExportAsync(table, default);
        var trades = await TradesAsync(_world.Host.Reader, 1000);
        var candles = await CandlesAsync(_world.Host.Reader, Timeframe.OneMinute);
        Assert.Equal(700, trades.Count);

        // Both have all rows: none comes twice.
        await EqualAsync(trades, candles);

        // The warehouse has lost the first day, as after its retention; then part of the second, too.
        await _world.RunAsync("ALTER TABLE k2.silver_trades_store DROP PARTITION '20260301'");
        await _world.RunAsync("ALTER TABLE k2.silver_trades_store DROP PARTITION '20260302'");
        await _world.RunAsync("DELETE FROM k2.ohlcv_store WHERE window_start < toDateTime64('2026-03-02 01:00:00', 6, 'UTC') SETTINGS lightweight_deletes_sync = 1");
        Assert.True((await TradesAsync(_world.Host.Reader, 1000)).Count < 300);
        await EqualAsync(trades, candles);

        // A restored day is in the warehouse what it was.
        Assert.True(await _cold.RestoreAsync(ColdTables.SilverTrades, DayOf("2026-03-01"), DayOf("2026-03-02"), default) > 0);
        Assert.True(await _cold.RestoreAsync(ColdTables.SilverTrades, DayOf("2026-03-01"), DayOf("2026-03-02"), default) > 0);
        await EqualAsync(trades, candles);
        Assert.Equal("290", await _world.AskAsync("SELECT count() FROM k2.silver_trades WHERE toDate(timestamp) = '2026-03-01'"));
        foreach (var timeframe in ColdTables.Gold) await _cold.RestoreAsync(timeframe, DayOf("2026-03-01"), DayOf("2026-03-03"), default);
        Assert.Equal(candles.Where(candle => candle.Closed), (await CandlesAsync(_world.Host.Reader, Timeframe.OneMinute)).Where(candle => candle.Closed));
        Assert.Empty((await _cold.AuditAsync(ColdTables.Gold[0], null, default)).Problems);
    }

    [Fact]
    public async Task Snapshot_IsTheTableAsItWas()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        await _cold.ExportAsync(ColdTables.SilverTrades, default);
        var before = (await _cold.SnapshotsAsync(ColdTables.SilverTrades, default))[0];
        await _world.TradesAsync("binance:BTC/USDT", 10, Day.AddDays(2));
        await _cold.ExportAsync(ColdTables.SilverTrades, default);
        var reader = _cold.Reader(Instruments);

        async Task<int> CountAsync(long? snapshot) => await reader.ReadTradesAsync(new TradeQuery(Btc, null, null, null, 10_000, false), snapshot, default).CountAsync();
        Task<long> FindAsync(ColdMoment moment) => reader.FindSnapshotAsync(ColdTables.SilverTrades, moment, default);

        Assert.Equal(710, await CountAsync(null));
        Assert.Equal(700, await CountAsync(before.Id));
        Assert.Equal(before.Id, await FindAsync(ColdMoment.OfSnapshot(before.Id)));
        Assert.Equal(before.Id, await FindAsync(ColdMoment.AtTime(before.At)));
        await Assert.ThrowsAsync<UnknownSnapshotException>(() => CountAsync(1));
        var unknown = await Assert.ThrowsAsync<UnknownSnapshotException>(() => FindAsync(ColdMoment.OfSnapshot(1)));
        Assert.Equal("silver_trades has no snapshot 1 (any more): k2 snapshots silver_trades, or /v1/snapshots?table=silver_trades, lists those that can be read.", unknown.Message);
        await Assert.ThrowsAsync<UnknownSnapshotException>(() => FindAsync(ColdMoment.AtTime(before.At.AddMilliseconds(-1))));

        using var empty = await _world.OpenAsync(new InMemoryObjectStore(TimeProvider.System));
        var never = await Assert.ThrowsAsync<UnknownSnapshotException>(() => empty.Reader(Instruments).FindSnapshotAsync(ColdTables.SilverTrades, ColdMoment.AtTime(before.At), default));
        Assert.Contains("k2 export run silver_trades", never.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Warehouse_ThatLostRows_DoesNotTakeThemFromTheTable()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        await _cold.ExportAsync(ColdTables.Gold[0], default);
        var candles = (await CandlesAsync(_world.Host.Reader, Timeframe.OneMinute)).Where(candle => candle.Closed).ToList();
        await _world.RunAsync("TRUNCATE TABLE k2.ohlcv_store");
        await _world.TradesAsync("binance:BTC/USDT", 20, Day.AddDays(1).AddHours(1).AddSeconds(7), 30);
        await _world.RunAsync("DELETE FROM k2.ohlcv_store WHERE window_start < toDateTime64('2026-03-02 23:00:00', 6, 'UTC') SETTINGS lightweight_deletes_sync = 1");
        await _cold.ExportAsync(ColdTables.Gold[0], default);

        var kept = await _cold.Reader(Instruments).ReadCandlesAsync(new CandleQuery(Btc, Timeframe.OneMinute, null, null, 100_000, false), null, default).Select(candle => candle.WindowStart).ToListAsync();

        Assert.Equal(candles.Select(candle => candle.WindowStart), kept);
    }

    private async Task EqualAsync(List<PositionedTrade> trades, List<Candle> candles)
    {
        var tiered = new TieredReader(_world.Host.Reader, _cold.Reader(Instruments), _world.Host.Cold, new RetentionOptions(), TimeProvider.System);
        Assert.Equal(trades, await TradesAsync(tiered, 1000));
        Assert.Equal(candles, await CandlesAsync(tiered, Timeframe.OneMinute));
        Assert.Equal(Enumerable.Reverse(trades), await tiered.ReadTradesAsync(new TradeQuery(Btc, null, null, null, 1000, true), default).ToListAsync());
        Assert.Equal(Enumerable.Reverse(candles).Take(100), await tiered.ReadCandlesAsync(new CandleQuery(Btc, Timeframe.OneMinute, null, null, 100, true), default).ToListAsync());

        // Page by page over the border, by the cursor, both ways.
        foreach (var newestFirst in new[] { false, true })
        {
            var pages = new List<PositionedTrade>();
            var query = new TradeQuery(Btc, newestFirst ? null : new Timestamp(0), null, null, 97, newestFirst);
            while (true)
            {
                var page = await tiered.ReadTradesAsync(query, default).ToListAsync();
                pages.AddRange(page);
                if (page.Count < query.Limit) break;
                var last = page[^1].Trade;
                query = newestFirst ? query with { To = last.ExchangeTime, AfterTradeId = last.TradeId } : query with { From = last.ExchangeTime, AfterTradeId = last.TradeId };
            }

            Assert.Equal(newestFirst ? Enumerable.Reverse(trades) : trades, pages);
        }
    }

    private static async Task<List<PositionedTrade>> TradesAsync(IWarehouseReader reader, int limit) => await reader.ReadTradesAsync(new TradeQuery(Btc, null, null, null, limit, false), default).ToListAsync();

    private static async Task<List<Candle>> CandlesAsync(IWarehouseReader reader, Timeframe timeframe) => await reader.ReadCandlesAsync(new CandleQuery(Btc, timeframe, null, null, 10_000, false), default).ToListAsync();

    private static int DayOf(string date) => (int)(DateTime.ParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture) - DateTime.UnixEpoch).TotalDays;
}
