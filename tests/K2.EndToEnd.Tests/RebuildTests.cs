using System.Globalization;
using K2.Cli;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Rows that were lost in ClickHouse come back from what the layer below holds, while the silo runs.</summary>
public sealed class RebuildTests
{
    private static string Trades(string until) => $"SELECT * EXCEPT (ingestion_timestamp, version, log_epoch, log_offset) FROM k2.silver_trades WHERE exchange = 'binance' AND timestamp < '{until}' ORDER BY id_epoch, trade_id FORMAT TSV";
    private static string Candles(string until) => $"SELECT * EXCEPT (version, updated_at) FROM k2.ohlcv WHERE exchange = 'binance' AND closed = 1 AND window_end <= '{until}' ORDER BY timeframe, window_start FORMAT TSV";

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
        var url = silo.Output.Split('\n').First(line => line.StartsWith("ClickHouse  ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        using var http = new HttpClient();
        async Task<string> SqlAsync(string sql)
        {
            using var answer = await http.PostAsync(new Uri(url), new StringContent(sql), TestContext.Current.CancellationToken);
            var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            Assert.True(answer.IsSuccessStatusCode, text);
            return text;
        }

        // The archiver gathers frames for a second.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));

        // What was stored first may be another symbol's.
        while (int.Parse(await SqlAsync("SELECT count() FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' FORMAT TSV"), CultureInfo.InvariantCulture) < 100) await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        var until = (await SqlAsync("SELECT max(timestamp) FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' FORMAT TSV")).Trim();
        while ((await SqlAsync($"SELECT count() FROM k2.bronze_trades_binance WHERE symbol = 'BTCUSDT' AND trade_time >= '{until}' FORMAT TSV")).Trim() == "0") await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        var since = (await SqlAsync("SELECT toStartOfMinute(min(timestamp)) FROM k2.silver_trades WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' FORMAT TSV")).Trim();
        var (trades, candles) = (await SqlAsync(Trades(until)), await SqlAsync(Candles(until)));
        await SqlAsync($"DELETE FROM k2.silver_trades_store WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND timestamp < '{until}' AND trade_id % 3 != 0");
        await SqlAsync($"DELETE FROM k2.ohlcv_store WHERE exchange = 'binance' AND canonical_symbol = 'BTC/USDT' AND closed = 1 AND window_start < '{until}'");
        Assert.NotEqual(trades, await SqlAsync(Trades(until)));

        var (code, words) = await K2Async("rebuild", "--from", "raw", "binance", "BTC/USDT", "--since", Iso(since), "--until", Iso(until), "--data", data);

        Assert.True(code == ExitCode.Ok, words + silo.Output);
        Assert.Equal(trades, await SqlAsync(Trades(until)));
        Assert.Equal(candles, await SqlAsync(Candles(until)));
        (code, words) = await K2Async("rebuild", "--from", "raw", "binance", "BTC/USDT", "--since", Iso(since), "--until", Iso(until), "--data", data);
        Assert.True(code == ExitCode.Ok, words);
        Assert.Contains(" 0 restored, 0 different, 0 without a raw record, 0 ids nowhere", words, StringComparison.Ordinal);
        Assert.Equal(candles, await SqlAsync(Candles(until)));
        (code, words) = await K2Async("verify", "binance", "--all", "--data", data);
        Assert.True(code == ExitCode.Ok, words);
        (code, words) = await K2Async("why", "binance", "BTC/USDT", Iso(since), "--data", data);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains("Completeness: ", words, StringComparison.Ordinal);
        return trades.Length;
    }

    private static string Iso(string time) => time.Replace(' ', 'T') + "Z";

    private static async Task<(int Code, string Words)> K2Async(params string[] arguments)
    {
        using var words = new StringWriter { NewLine = "\n" };
        var code = await CommandLine.RunAsync(arguments, new CliServices { Terminal = new Terminal(words, words, Stream.Null, false) }, TestContext.Current.CancellationToken);
        return (code, words.ToString());
    }
}
