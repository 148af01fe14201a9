using K2.Abstractions;
using K2.Abstractions.Cold.Tables;
using K2.Abstractions.Retention;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.TestKit.Warehouse;

namespace K2.ColdTier.Tests.Export;

/// <summary>Exports from the real engine, read again by two other readers.</summary>
public sealed class ColdExportTests(SharedEngine engine) : IAsyncLifetime, IClassFixture<SharedEngine>
{
    private static readonly DateTime Day = new(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc);
    private ColdWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        if (ColdWorld.HasEngine) _world = await ColdWorld.StartAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null) await _world.DisposeAsync();
    }

    [Fact]
    public async Task Tables_HoldWhatTheWarehouseHolds_AlsoLateTradesAndRevisedCandles()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync();

        // Statements cost more than rows: ten seconds from trade to trade, so that every timeframe has closed windows.
        foreach (var symbol in ColdWorld.Symbols) await _world.TradesAsync(symbol, 500, Day.AddHours(23), 10);
        foreach (var exchange in ExchangeNames.All) await _world.FramesAsync(exchange, 50, Day.AddHours(23).AddMinutes(59).AddSeconds(30));

        await ExportAsync(cold, expectRows: true);
        await EqualAsync(cold);

        // Nothing new: no snapshot.
        var before = (await cold.SnapshotsAsync(ColdTables.SilverTrades, default)).Count;
        await ExportAsync(cold, expectRows: false);
        Assert.Equal(before, (await cold.SnapshotsAsync(ColdTables.SilverTrades, default)).Count);

        // Trades that are late by a day, behind their window's export, and frames that go on.
        await _world.TradesAsync(ColdWorld.Symbols[0], 100, Day.AddHours(3), 7);
        await _world.TradesAsync(ColdWorld.Symbols[2], 100, Day.AddDays(1).AddHours(2), 5);
        foreach (var exchange in ExchangeNames.All) await _world.FramesAsync(exchange, 10, Day.AddDays(1));
        await ExportAsync(cold, expectRows: true);
        await EqualAsync(cold);

        // Rows above the checkpoint wait.
        await _world.TradesAsync(ColdWorld.Symbols[1], 40, Day.AddDays(1).AddHours(3), checkpoints: false);
        var waiting = await cold.ExportAsync(ColdTables.SilverTrades, default);
        Assert.Equal(0, waiting.Rows);
        await _world.CheckpointAsync(ColdWorld.Symbols[1]);
        Assert.Equal(40, (await cold.ExportAsync(ColdTables.SilverTrades, default)).Rows);
    }

    [Theory]
    [InlineData("trade_id % 3 = 0", false)]
    [InlineData("trade_id % 3 = 0", true)]
    [InlineData("1 = 1", false)]
    public async Task TradesThatTheWarehouseLost_AndThatComeAgain_AreInTheTableOnce(string lost, bool othersTwice)
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync();
        foreach (var symbol in ColdWorld.Symbols) await _world.TradesAsync(symbol, 100, Day);
        await cold.ExportAsync(ColdTables.SilverTrades, default);

        // A rebuild derives them again, with positions of their own, while others come.
        await _world.RunAsync($"DELETE FROM k2.silver_trades_store WHERE exchange = 'binance' AND {lost}");
        const string columns = "exchange, symbol, canonical_symbol, id_epoch, trade_id, first_trade_id, last_trade_id, kind, price, quantity, quote_volume, side, source, timestamp, received_timestamp";
        await _world.RunAsync($"INSERT INTO k2.silver_trades_store ({columns}, version) SELECT {columns}, version + 101 FROM {_world.Iceberg("silver_trades")} WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND {lost}");
        await _world.TradesAsync(ColdWorld.Symbols[0], 200, Day.AddHours(1));
        if (othersTwice)
        {
            // A repeated insert that is not merged yet must not stand for what is lost.
            await _world.RunAsync("SYSTEM STOP MERGES k2.silver_trades_store");
            await _world.RunAsync($"INSERT INTO k2.silver_trades_store ({columns}, version) SELECT {columns}, version FROM k2.silver_trades_store WHERE exchange = 'binance'");
        }

        Assert.Equal(200, (await cold.ExportAsync(ColdTables.SilverTrades, default)).Rows);

        Assert.Equal("600\t600", await _world.AskAsync($"SELECT count(), uniqExact(exchange, canonical_symbol, trade_id) FROM {_world.Iceberg("silver_trades")}"));
        Assert.Empty((await cold.AuditAsync(ColdTables.SilverTrades, null, default)).Problems);
        await _world.RunAsync("SYSTEM START MERGES k2.silver_trades_store");
    }

    [Fact]
    public async Task TradesThatAreStoredAgainAmongNewOnes_AreNotExportedAgain()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync();

        // Several granules of each symbol, so that only some of them are read for what is new; a late trade is in the middle of the earlier ones.
        foreach (var symbol in ColdWorld.Symbols) await _world.TradesAsync(symbol, 30_000, Day, candles: false);
        Assert.Equal(30_000 * ColdWorld.Symbols.Length, (await cold.ExportAsync(ColdTables.SilverTrades, default)).Rows);
        await _world.RunAsync("SYSTEM STOP MERGES k2.silver_trades_store");
        const string columns = "exchange, symbol, canonical_symbol, id_epoch, trade_id, first_trade_id, last_trade_id, kind, price, quantity, quote_volume, side, source, timestamp, received_timestamp";
        await _world.RunAsync($"INSERT INTO k2.silver_trades_store ({columns}, version) SELECT {columns}, version + 30001 FROM k2.silver_trades_store WHERE trade_id % 97 = 0");
        foreach (var symbol in ColdWorld.Symbols) await _world.TradesAsync(symbol, 31_000, Day.AddHours(9), candles: false);
        await _world.TradesAsync(ColdWorld.Symbols[0], 1, Day.AddHours(2), candles: false);

        Assert.Equal((31_000 * ColdWorld.Symbols.Length) + 1, (await cold.ExportAsync(ColdTables.SilverTrades, default)).Rows);

        Assert.Empty((await cold.AuditAsync(ColdTables.SilverTrades, null, default)).Problems);
        await _world.RunAsync("SYSTEM START MERGES k2.silver_trades_store");
    }

    [Fact]
    public async Task FrameWithoutNumbers_IsNoTrade_AndStopsNothing()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync();
        foreach (var exchange in ExchangeNames.All) await _world.FramesAsync(exchange, 4, Day);
        await _world.FramesAsync(Exchange.Binance, Day, """{"e":"trade"}""", """{"e":"trade","s":"X","t":1,"p":"1","q":"many","E":1,"T":1}""", """{"e":"trade","s":"X","t":1,"p":"1","q":"1","E":9223372036854775807,"T":1}""");
        await _world.FramesAsync(Exchange.Kraken, Day, """{"channel":"trade","data":[{"price":"x","qty":1},{}]}""");
        await _world.FramesAsync(Exchange.Coinbase, Day, """{"channel":"market_trades","events":[{"trades":[{"price":"1"}]}]}""");

        Assert.Equal(17, (await cold.ExportAsync(ColdTables.RawFrames, default)).Rows);
        Assert.Equal(4, (await cold.ExportAsync(ColdTables.BronzeBinance, default)).Rows);
        Assert.Equal(4, (await cold.ExportAsync(ColdTables.BronzeKraken, default)).Rows);
        Assert.Equal(8, (await cold.ExportAsync(ColdTables.BronzeCoinbase, default)).Rows);
    }

    [Fact]
    public async Task Frames_AtATablesFirstExport_AreExportedInPortionsToo()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync(options: _world.Options() with { FramesPerCommit = 3 });
        for (var chunk = 0; chunk < 4; chunk++) await _world.FramesAsync(Exchange.Binance, Day, [.. Enumerable.Range(0, 3).Select(number => $"frame {chunk} {number}")]);

        var outcome = await cold.ExportAsync(ColdTables.RawFrames, default);

        Assert.Equal((12, 4), (outcome.Rows, outcome.Commits));
        Assert.Empty((await cold.AuditAsync(ColdTables.RawFrames, null, default)).Problems);
    }

    [Fact]
    public async Task Frames_BehindAnEmptyStretchOfTheLog_AreExportedInPortions()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync(options: _world.Options() with { FramesPerCommit = 3 });
        await _world.FramesAsync(Exchange.Binance, Day, "a", "b");
        await cold.ExportAsync(ColdTables.RawFrames, default);
        await _world.FramesAsync(Exchange.Binance, Day, [.. Enumerable.Range(0, 7).Select(number => $"before {number}")]);
        await _world.SkipAsync(Exchange.Binance, 500);
        await _world.FramesAsync(Exchange.Binance, Day, [.. Enumerable.Range(0, 10).Select(number => $"frame {number}")]);

        var outcome = await cold.ExportAsync(ColdTables.RawFrames, default);

        Assert.Equal(17, outcome.Rows);
        Assert.True(outcome.Commits > 2, $"{outcome.Commits} commits");
        Assert.Empty((await cold.AuditAsync(ColdTables.RawFrames, null, default)).Problems);
    }

    [Fact]
    public async Task StoreThatComesBack_IsUsed_AndUntilThenNothingIsCovered()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        await _world.TradesAsync(ColdWorld.Symbols[0], 10, Day);
        await File.WriteAllTextAsync(_world.TablesFolder, "no folder");
        using var lazy = new LazyColdTier(_world.Options(), _world.Host.Cold, () => _world.Log, ExchangeNames.All, WarehouseSamples.Instruments, TimeProvider.System);
        var query = new TradeQuery(InstrumentId.Create(Exchange.Binance, "T0/USDT"), null, null, null, 10, false);

        Assert.Contains("cannot be written to", await lazy.TryOpenAsync(default), StringComparison.Ordinal);
        Assert.Contains("K2:Cold:Folder", lazy.Problem, StringComparison.Ordinal);
        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => lazy.ExportAsync(ColdTables.SilverTrades, default))).IsTransient);
        Assert.Null(await lazy.CoveredUntilAsync(RetainedTable.Silver, default));
        Assert.Empty(await lazy.ReadTradesAsync(query, null, default).ToListAsync());
        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => lazy.FindSnapshotAsync(ColdTables.SilverTrades, ColdMoment.OfSnapshot(1), default))).IsTransient);

        File.Delete(_world.TablesFolder);
        Assert.Empty(await lazy.ReadTradesAsync(query, null, default).ToListAsync());
        Assert.False(Directory.Exists(_world.TablesFolder), "a read does not open the store");
        Assert.Equal(10, (await lazy.ExportAsync(ColdTables.SilverTrades, default)).Rows);
        Assert.Null(lazy.Problem);
        Assert.NotNull(await lazy.CoveredUntilAsync(RetainedTable.Silver, default));
    }

    private static async Task ExportAsync(ColdTier cold, bool expectRows)
    {
        foreach (var table in cold.Tables)
        {
            var outcome = await cold.ExportAsync(table, default);
            Assert.True(outcome.Rows > 0 == expectRows, $"{table.Name}: {outcome.Rows} rows");
        }
    }

    // In every column, through the engine's own reader of Iceberg.
    private async Task EqualAsync(ColdTier cold)
    {
        foreach (var table in cold.Tables)
        {
            var audit = await cold.AuditAsync(table, null, default);
            Assert.Empty(audit.Problems);
            Assert.True(audit.Rows > 0, table.Name);
            var closed = table.Layer == ColdLayer.Gold ? " WHERE closed = 1" : "";
            var hot = $"SELECT {table.SelectList} FROM (SELECT * FROM {table.View}{closed})";
            var ice = $"SELECT {table.SelectList} FROM {_world.Iceberg(table.Name)}";

            // As many on both sides, and none on one that the other lacks: the same rows, each as often.
            Assert.Equal("1\t0", await _world.AskAsync($"SELECT (SELECT count() FROM ({hot})) = (SELECT count() FROM ({ice})), (SELECT count() FROM ({hot} EXCEPT ALL {ice}))"));
        }
    }
}
