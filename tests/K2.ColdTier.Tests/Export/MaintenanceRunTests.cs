using CsCheck;
using K2.Abstractions.Cold.Tables;
using K2.Domain.Instruments;
using K2.Abstractions.Warehouse;
using K2.ColdTier.Maintenance;

namespace K2.ColdTier.Tests.Export;

public sealed class MaintenanceRunTests(SharedEngine engine) : IAsyncLifetime, IClassFixture<SharedEngine>
{
    private static readonly DateTime Day = new(2026, 3, 1, 1, 0, 0, DateTimeKind.Utc);
    private static readonly InstrumentId Btc = InstrumentId.Create(Exchange.Binance, "BTC/USDT");
    private static readonly InstrumentTable Instruments = new([new Instrument(Btc, "BTCUSDT", "BTC", "USDT", 3, 3)]);
    private ColdWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        if (ColdWorld.HasEngine) _world = await ColdWorld.StartAsync(engine, Instruments);
    }

    public async ValueTask DisposeAsync()
    {
        if (_world is not null) await _world.DisposeAsync();
    }

    [Fact]
    public async Task Compaction_LeavesFewFilesWithTheSameRows_AndReadersOfOldSnapshotsInPeace()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync();

        // One small file more than are merged in one round.
        const int Rounds = 17;
        for (var i = 0; i < Rounds; i++)
        {
            await _world.TradesAsync("binance:BTC/USDT", 50, Day.AddMinutes(i), 3, candles: false);
            await _world.TradesAsync("binance:ETH/USDT", 20, Day.AddMinutes(i), 3, candles: false);
            await cold.ExportAsync(ColdTables.SilverTrades, default);
        }

        // With candles: they say what day the data stand in.
        await _world.TradesAsync("binance:BTC/USDT", 5, Day.AddDays(1));
        await cold.ExportAsync(ColdTables.SilverTrades, default);
        var before = (await cold.SnapshotsAsync(ColdTables.SilverTrades, default))[0];
        Assert.Equal(Rounds + 1, before.Files);

        var outcome = await cold.MaintainAsync(ColdTables.SilverTrades, default);

        var after = (await cold.SnapshotsAsync(ColdTables.SilverTrades, default))[0];
        Assert.Equal((1, Rounds, 1), (outcome.CompactedPartitions, outcome.FilesBefore, outcome.FilesAfter));
        Assert.Equal((2, 1195, "replace"), (after.Files, after.Rows, after.Operation));
        Assert.Equal(before.Watermarks, after.Watermarks);
        Assert.Empty((await cold.AuditAsync(ColdTables.SilverTrades, null, default)).Problems);
        Assert.Equal("1195", await _world.AskAsync($"SELECT uniqExact(canonical_symbol, trade_id) FROM {_world.Iceberg("silver_trades")}"));
        Assert.Equal("1", await _world.AskAsync($"SELECT count() FROM (SELECT * FROM {_world.Iceberg("silver_trades")} WHERE trade_id = 49 AND canonical_symbol = 'BTC/USDT')"));

        // Again: nothing. The small files stay for who reads an older snapshot.
        Assert.False((await cold.MaintainAsync(ColdTables.SilverTrades, default)).IsChange);
        Assert.Equal(855, await cold.Reader(Instruments).ReadTradesAsync(new TradeQuery(Btc, null, null, null, 10_000, false), before.Id, default).CountAsync());

        // A late trade brings a small file, and the next night takes it in.
        await _world.TradesAsync("binance:BTC/USDT", 1, Day.AddHours(5), candles: false);
        await cold.ExportAsync(ColdTables.SilverTrades, default);
        Assert.Equal((2, 1), (await cold.MaintainAsync(ColdTables.SilverTrades, default) is var again ? (again.FilesBefore, again.FilesAfter) : default));
        Assert.Empty((await cold.AuditAsync(ColdTables.SilverTrades, null, default)).Problems);
    }

    [Fact]
    public void Compaction_OfAnyAmount_IsIntoEqualFilesOfTheWantedSize() => Gen.Select(Gen.Long[1, 1L << 40], Gen.Long[1 << 20, 1 << 30]).Sample((total, fileBytes) =>
    {
        var (files, bytes) = PartitionCompactor.Split(total, fileBytes);

        Assert.InRange(files * bytes, total, total + files);
        Assert.InRange(bytes, 1, (fileBytes * 4 / 3) + 1);
        if (total >= fileBytes * 2 / 3) Assert.True(bytes >= fileBytes * 2 / 3);
    });

    [Fact]
    public async Task Audit_NamesWhatDiffers()
    {
        Assert.SkipWhen(!ColdWorld.HasEngine, "the embedded engine's library is not in the cache: install npm and build again");
        using var cold = await _world.OpenAsync();
        await _world.TradesAsync("binance:BTC/USDT", 100, Day);
        await _world.TradesAsync("binance:BTC/USDT", 100, Day.AddDays(1));
        foreach (var table in cold.Tables) await cold.ExportAsync(table, default);
        Assert.All(await Task.WhenAll(cold.Tables.Select(table => cold.AuditAsync(table, null, default))), audit => Assert.Empty(audit.Problems));

        // One value of one row, in the warehouse, behind everybody's back.
        await _world.RunAsync("ALTER TABLE k2.silver_trades_store UPDATE price = price + toDecimal128('0.000000000000000001', 18) WHERE trade_id = 7 SETTINGS mutations_sync = 1");
        var audit = await cold.AuditAsync(ColdTables.SilverTrades, null, default);
        Assert.Contains("2026-03-01 binance: 100 rows", Assert.Single(audit.Problems), StringComparison.Ordinal);
        Assert.Empty((await cold.AuditAsync(ColdTables.SilverTrades, (int)(Day.AddDays(1) - DateTime.UnixEpoch).TotalDays, default)).Problems);

        // A file that is gone.
        var file = Directory.EnumerateFiles(Path.Combine(_world.TablesFolder, "cold", "gold_ohlcv_1m", "data"), "*.parquet", SearchOption.AllDirectories).First();
        File.Move(file, file + ".away");
        await Assert.ThrowsAsync<K2.Abstractions.K2Exception>(() => cold.AuditAsync(ColdTables.Gold[0], null, default));
        File.Move(file + ".away", file);
        Assert.Empty((await cold.AuditAsync(ColdTables.Gold[0], null, default)).Problems);
    }
}
