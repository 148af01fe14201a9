using System.Globalization;
using System.IO.Compression;
using K2.Cli.Bench;
using K2.Domain.Instruments;
using K2.EndToEnd.Tests.Running;
using K2.Simulator.Exchanges;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary><c>k2 import</c> into a running silo, and again into the next one.</summary>
public sealed class ImportTests
{
    [Fact]
    public async Task Import_DumpSentTwiceWithARestartBetween_EveryTradeOnceAndCandlesOfThem()
    {
        RunningSilo.EngineOrSkip();
        var published = SharedFiles.TryFind("trades/binance-spot-btcusdt-trades-2024-08-08.csv.gz");
        Assert.SkipWhen(published is null, "../shared/trades is not here");
        using var folder = new TemporaryFolder();
        using var files = new TemporaryFolder();
        var rows = Rows(published).ToList();
        var dump = Path.Combine(files.Path, "BTCUSDT-trades-2024-08-08.csv");
        await File.WriteAllLinesAsync(dump, rows.Select(row => $"{row[0]},{row[1]},{row[2]},0.0,{row[3]},{row[4]},true"), TestContext.Current.CancellationToken);
        await using var venue = await SimulatedExchange.StartAsync(
            new SimulatedExchangeOptions { Exchange = Exchange.Binance, Instruments = [new SimulatedInstrument("BTCUSDT", "BTCUSDT", 2, 6, 60_000_00, 1)], HistoryTrades = 0, StartHeld = true }, TestContext.Current.CancellationToken);
        List<string> arguments =
        [
            "--source", "live", "--exchanges", "binance", "--symbols", "BTC/USDT", "--endpoint", $"binance={venue.WebSocketEndpoint},{venue.RestEndpoint}",
            "--data", folder.Path, "--urls", "http://127.0.0.1:0", "--clickhouse-port", "0",
        ];

        using (var first = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await RunningSilo.PrintedAsync(first, "ClickHouse  ");
            Assert.StartsWith("9,757 trades taken, 0 were known", await ImportAsync(folder.Path, dump), StringComparison.Ordinal);
            await RunningSilo.StoredAsync(first, 4000);
            first.Kill();
            await first.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
        }

        using (var second = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await RunningSilo.PrintedAsync(second, "ClickHouse  ");
            Assert.Contains(" 0 lines in the dead letters", await ImportAsync(folder.Path, dump), StringComparison.Ordinal);
            await RunningSilo.StoredAsync(second, rows.Count);
            await second.TerminateAsync();
            var code = await second.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken);
            Assert.True(code == 0, second.Output);
        }

        var volume = rows.Sum(row => Number(row[2]));
        var quote = rows.Sum(row => Number(row[1]) * Number(row[2]));
        Assert.Equal(
            $"{rows.Count}\t{rows.Count}\t{Plain(volume)}\t{Plain(quote)}\n",
            await RunningSilo.QueryAsync(folder.Path, "SELECT count(), uniqExact(trade_id), sum(quantity), sum(quote_volume) FROM k2.silver_trades FORMAT TSV"));
        Assert.Equal("0\n", await RunningSilo.QueryAsync(folder.Path, "SELECT count() FROM k2.dead_letters FORMAT TSV"));
        var minutes = rows.GroupBy(row => long.Parse(row[3], CultureInfo.InvariantCulture) / 60_000).OrderBy(minute => minute.Key)
            .Select(minute => $"{minute.Key * 60_000}\t{Plain(Number(minute.First()[1]))}\t{Plain(minute.Max(row => Number(row[1])))}\t{Plain(minute.Min(row => Number(row[1])))}\t{Plain(Number(minute.Last()[1]))}\t{minute.Count()}\n");
        Assert.Equal(
            string.Concat(minutes.SkipLast(1)),
            await RunningSilo.QueryAsync(folder.Path, $"SELECT toUnixTimestamp64Milli(toDateTime64(window_start, 3, 'UTC')), open_price, high_price, low_price, close_price, trade_count FROM k2.ohlcv_1m WHERE window_start < toDateTime64('2024-08-09 00:00:00', 6, 'UTC') ORDER BY window_start FORMAT TSV"));
    }

    /// <summary>Returns the last line, that of the sums.</summary>
    private static async Task<string> ImportAsync(string folder, string file) =>
        (await K2Run.OkAsync(folder, "import", file, "--exchange", "binance", "--symbol", "BTC/USDT")).TrimEnd('\n').Split('\n')[^1];

    private static IEnumerable<string[]> Rows(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split(',');
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static string Plain(decimal number) => number.ToString("0.##################", CultureInfo.InvariantCulture);
}
