using System.Globalization;
using K2.Cli;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Rows that were lost in ClickHouse come back from what the layer below holds, while the silo runs.</summary>
public sealed class RebuildTests
{
    private static string Trades(string until) => $"SELECT * EXCEPT (ingestion_timestamp, version, log_epoch, log_offset) FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND timestamp < '{until}' ORDER BY id_epoch, trade_id FORMAT TSV";
    private static string Candles(string until) => $"SELECT * EXCEPT (version, updated_at) FROM k2.ohlcv WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND closed = 1 AND window_end <= '{until}' ORDER BY timeframe, window_start FORMAT TSV";

    [Fact]
    public async Task Rebuild_FromRawOfAReplay_BringsBackEveryTradeAndCandle()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--source", "replay", "--captures", capture, "--speed", "max", "--data", folder.Path, "--urls", "http://127.0.0.1:0", "--clickhouse-port", "0"]);
        await RunningSilo.StoredAsync(silo, 1_000);
        var lost = await LoseAndRebuildAsync(silo, folder.Path);
        Assert.True(lost > 0);
    }

    [Fact]
    public async Task Rebuild_FromRawWhileSimulatedTradesFlow_BringsBackEveryTradeAndCandle()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Path, "--exchanges", "binance", "--symbols", "BTC/USDT", "--urls", "http://127.0.0.1:0", "--clickhouse-port", "0"]);
        await RunningSilo.StoredAsync(silo, 100);
        var lost = await LoseAndRebuildAsync(silo, folder.Path);
        Assert.True(lost > 0);
    }

    private static async Task<int> LoseAndRebuildAsync(SiloProcess silo, string data)
    {
        using var client = await SiloClient.OfAsync(silo, data);

        // What was stored first may be another symbol's.
        await client.UntilAsync(async () => int.Parse(await client.SqlAsync("SELECT count() FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' FORMAT TSV"), CultureInfo.InvariantCulture) >= 100, "it did not store 100 trades of BTC/USDT");
        var until = await client.SqlAsync("SELECT max(timestamp) FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' FORMAT TSV");

        // The archiver gathers frames for a second.
        await client.UntilAsync(async () => await client.SqlAsync($"SELECT count() FROM k2.bronze_trades_binance WHERE symbol = 'BTCUSDT' AND trade_time >= '{until}' FORMAT TSV") != "0", "it did not archive the frames");
        var since = await client.SqlAsync("SELECT toStartOfMinute(min(timestamp)) FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' FORMAT TSV");
        var (trades, candles) = (await client.SqlAsync(Trades(until)), await client.SqlAsync(Candles(until)));
        await client.SqlAsync($"DELETE FROM k2.silver_trades_store WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND timestamp < '{until}' AND trade_id % 3 != 0");
        await client.SqlAsync($"DELETE FROM k2.ohlcv_store WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND closed = 1 AND window_start < '{until}'");
        Assert.NotEqual(trades, await client.SqlAsync(Trades(until)));

        string[] rebuild = ["rebuild", "--from", "raw", "binance", "BTC/USDT", "--since", Iso(since), "--until", Iso(until)];
        var run = await K2Run.OfAsync(data, rebuild);

        Assert.True(run.Code == ExitCode.Ok, run.Text + silo.Output);
        Assert.Equal(trades, await client.SqlAsync(Trades(until)));
        Assert.Equal(candles, await client.SqlAsync(Candles(until)));
        Assert.Contains(" 0 restored, 0 different, 0 without a raw record, 0 ids nowhere", await client.K2Async(rebuild), StringComparison.Ordinal);
        Assert.Equal(candles, await client.SqlAsync(Candles(until)));
        await client.K2Async("verify", "binance", "--all");
        Assert.Contains("Completeness: ", await client.K2Async("why", "binance", "BTC/USDT", Iso(since)), StringComparison.Ordinal);
        return trades.Length;
    }

    private static string Iso(string time) => time.Replace(' ', 'T') + "Z";
}
