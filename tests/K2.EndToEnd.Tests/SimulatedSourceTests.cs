using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>The silo as it starts without any option: three simulated exchanges.</summary>
public sealed class SimulatedSourceTests
{
    [Fact]
    public async Task Run_KilledAndStartedAgain_KeepsEveryTradeOnceAndRecordsWhatWasMissed()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        List<string> arguments = ["--data", folder.Path, "--symbols", "BTC/USDT", "BTC/USD", "--urls", "http://127.0.0.1:0", "--clickhouse-port", "0"];
        using (var first = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await RunningSilo.StoredAsync(first, 200);
            first.Kill();
            await first.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
        }

        using (var second = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await RunningSilo.StoredAsync(second, 500);
            await second.TerminateAsync();
            var code = await second.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
            Assert.True(code == 0, second.Output);
        }

        Assert.Equal("3\n", await RunningSilo.QueryAsync(folder.Path, "SELECT uniqExact(exchange) FROM k2.silver_trades FORMAT TSV"));
        Assert.Equal("1\n", await RunningSilo.QueryAsync(folder.Path, "SELECT count() = uniqExact(exchange, canonical_symbol, id_epoch, trade_id) FROM k2.silver_trades FORMAT TSV"));
        Assert.Equal("0\n", await RunningSilo.QueryAsync(folder.Path, "SELECT count() FROM k2.dead_letters FORMAT TSV"));

        // Every hole in the ids lies in a recorded gap.
        Assert.Equal("0\n", await RunningSilo.QueryAsync(folder.Path, """
            WITH (SELECT groupArray((toString(exchange), toString(canonical_symbol), first_missing_id, last_missing_id)) FROM k2.feed_gaps) AS gaps
            SELECT countIf(behind > before + 1 AND NOT arrayExists(gap -> gap.1 = exchange AND gap.2 = canonical_symbol AND gap.3 <= before + 1 AND gap.4 >= behind - 1, gaps)) FROM
            (
                SELECT exchange, canonical_symbol, trade_id AS behind, lagInFrame(trade_id, 1, trade_id - 1) OVER (PARTITION BY exchange, canonical_symbol ORDER BY trade_id) AS before FROM k2.silver_trades
            )
            FORMAT TSV
            """));
        Assert.Equal("1\n", await RunningSilo.QueryAsync(folder.Path, "SELECT count() > 0 FROM k2.bronze_trades_kraken WHERE symbol = 'BTC/USD' AND price > 0 AND timestamp IS NOT NULL FORMAT TSV"));
        Assert.Equal("1\n", await RunningSilo.QueryAsync(folder.Path, "SELECT count() > 0 FROM k2.bronze_trades_coinbase WHERE product_id = 'BTC-USD' AND price > 0 AND time IS NOT NULL FORMAT TSV"));
    }
}
