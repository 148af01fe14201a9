using System.Diagnostics;
using System.Text;
using K2.Abstractions.Warehouse;
using K2.Domain.Log;
using K2.TestKit.Warehouse;

namespace K2.Warehouse.Tests;

/// <summary>The engine's process killed while symbols write: every call ends, every row is there once. The long form is <c>k2 bench load --kills 20</c>.</summary>
public sealed class EngineKilledTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const int Symbols = 12;
    private const int Flushes = 40;
    private const int RowsPerFlush = 100;
    private const int Kills = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_WhileTheEngineIsKilledThreeTimes_LosesAndDoublesNothing()
    {
        var done = 0;
        var writes = Enumerable.Range(0, Symbols).Select(async symbol =>
        {
            for (var flush = 0; flush < Flushes; flush++)
            {
                await engine.Host.Writer.WriteAsync(Flush(symbol, flush), Token);

                // Killed by what was written, not by a clock: after a quarter, two quarters, three quarters of the rows.
                if (Interlocked.Increment(ref done) % (Symbols * Flushes / (Kills + 1)) == 0 && done < Symbols * Flushes) Kill(engine.Host.EngineProcessId!.Value);
            }
        });

        await Task.WhenAll(writes).WaitAsync(TimeSpan.FromSeconds(60), Token);

        var rows = Symbols * Flushes * RowsPerFlush;
        Assert.Equal($"{rows}\t{rows}\n", await QueryAsync("SELECT count(), uniqExact(canonical_symbol, trade_id) FROM k2.silver_trades"));
        Assert.Equal($"{Symbols}\t1\n", await QueryAsync($"SELECT count(), uniqExact(version) FROM k2.symbol_state WHERE bitAnd(version, 281474976710655) = {Flushes * RowsPerFlush}"));
        Assert.Equal("0\n", await QueryAsync("SELECT count() FROM k2.dead_letters"));
    }

    private static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
    }

    private static SymbolFlush Flush(int symbol, int number)
    {
        var first = (number * RowsPerFlush) + 1;
        return WarehouseSamples.Flush(WarehouseSamples.Named($"T{symbol}"), 1, [.. Enumerable.Range(first, RowsPerFlush).Select(id => WarehouseSamples.Trade(id, id, id))]) with { Position = LogPosition.Create(1, first + RowsPerFlush - 1) };
    }

    private async Task<string> QueryAsync(string sql)
    {
        using var answer = new MemoryStream();
        await engine.Host.QueryRawAsync(sql + " FORMAT TSV", answer, Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
