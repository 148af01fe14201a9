using System.Text;
using K2.Abstractions.Warehouse;
using K2.Domain.Log;
using K2.TestKit.Warehouse;
using K2.Warehouse.Writing;

namespace K2.Warehouse.Tests.Writing;

/// <summary>Rows that the real engine refuses by a constraint: each goes to the dead letters alone, everything else of the flush is stored.</summary>
public sealed class PoisonRowTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const int Rows = 250;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_RefusedRowsAmongMany_OnlyTheyGoToTheDeadLetters_AndARepeatChangesNothing()
    {
        await QueryAsync("ALTER TABLE k2.silver_trades_store ADD CONSTRAINT IF NOT EXISTS poison CHECK trade_id NOT IN (66, 220, 221)");
        await QueryAsync("ALTER TABLE k2.ohlcv_store ADD CONSTRAINT IF NOT EXISTS poison CHECK window_start != '2024-08-08 00:07:00'");
        SymbolFlush[] flushes = [Flush("T1"), Flush("T2"), Flush("T3")];

        for (var attempt = 0; attempt < 2; attempt++)
        {
            await Task.WhenAll(flushes.Select(flush => engine.Host.Writer.WriteAsync(flush, Token)));

            Assert.Equal($"{3 * (Rows - 3)}\n", await QueryAsync("SELECT count() FROM k2.silver_trades WHERE canonical_symbol IN ('T1/USDT', 'T2/USDT', 'T3/USDT')"));
            Assert.Equal("27\n", await QueryAsync("SELECT count() FROM k2.ohlcv WHERE canonical_symbol IN ('T1/USDT', 'T2/USDT', 'T3/USDT')"));
            Assert.Equal($"12\t12\t{RefusedRows.Reason}\n", await QueryAsync("SELECT count(), countIf(detail LIKE '%poison%'), any(reason) FROM k2.dead_letters WHERE origin LIKE '%/T1/%' OR origin LIKE '%/T2/%' OR origin LIKE '%/T3/%'"));
            Assert.Equal("66\t1\t220\t100\n", await QueryAsync("SELECT min(JSONExtractInt(original, 'trade_id')), countIf(sequence = bitOr(bitShiftLeft(toInt64(1), 48), 66)), max(sequence) % 65536 - 1, any(JSONExtractInt(original, 'price_mantissa')) FROM k2.dead_letters WHERE origin = 'silver_trades_store/T1/USDT'"));
            Assert.Equal("3\n", await QueryAsync("SELECT count() FROM k2.symbol_state WHERE canonical_symbol IN ('T1/USDT', 'T2/USDT', 'T3/USDT')"));
        }
    }

    [Fact]
    public async Task Write_RowWithoutStoredForm_GoesToTheDeadLetters()
    {
        var instrument = WarehouseSamples.Named("T4");
        var impossible = WarehouseSamples.Candle(instrument, 1, 1) with { Volume = Int128.MaxValue };

        await engine.Host.Writer.WriteAsync(WarehouseSamples.Flush(instrument, 1, [WarehouseSamples.Trade(1, 1, 1)], [impossible, WarehouseSamples.Candle(instrument, 2, 1)]), Token);

        Assert.Equal("1\n", await QueryAsync("SELECT count() FROM k2.silver_trades WHERE canonical_symbol = 'T4/USDT'"));
        Assert.Equal("1\n", await QueryAsync("SELECT count() FROM k2.ohlcv WHERE canonical_symbol = 'T4/USDT'"));
        Assert.Equal($"{Int128.MaxValue}\n", await QueryAsync("SELECT JSONExtractString(original, 'volume_mantissa') FROM k2.dead_letters WHERE origin LIKE 'ohlcv_store/T4/%'"));
    }

    [Fact]
    public async Task Write_BlockOfMoreThanAHundredDays_IsStored()
    {
        var instrument = WarehouseSamples.Named("T5");

        await engine.Host.Writer.WriteAsync(WarehouseSamples.Flush(instrument, 150, [.. Enumerable.Range(1, 150).Select(day => WarehouseSamples.Trade(1000 + day, day * 86_400L, day))]), Token);

        Assert.Equal("150\n", await QueryAsync("SELECT count() FROM k2.silver_trades WHERE canonical_symbol = 'T5/USDT'"));
    }

    private static SymbolFlush Flush(string asset)
    {
        var instrument = WarehouseSamples.Named(asset);
        List<PositionedTrade> trades = [.. Enumerable.Range(1, Rows).Select(id => WarehouseSamples.Trade(id, id, id))];
        return WarehouseSamples.Flush(instrument, Rows, trades, [.. Enumerable.Range(0, 10).Select(minute => WarehouseSamples.Candle(instrument, minute, minute + 1))]);
    }

    private async Task<string> QueryAsync(string sql)
    {
        using var answer = new MemoryStream();
        await engine.Host.QueryRawAsync(sql.StartsWith("SELECT", StringComparison.Ordinal) ? sql + " FORMAT TSV" : sql, answer, Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
