using K2.Api.Tests.Hosting;

namespace K2.Api.Tests.Cli;

public sealed class CommandLineTests(TestPlatform platform)
{
    [Theory]
    [InlineData("", "k2: no command is given: see k2 --help.\n")]
    [InlineData("fly", "k2: 'fly' is no command or option: see k2 --help.\n")]
    [InlineData("--fly", "k2: '--fly' is no command or option: see k2 --help.\n")]
    [InlineData("candles", "k2: Required argument 'EXCHANGE' missing for command: 'candles': see k2 candles --help.\nk2: Required argument 'SYMBOL' missing for command: 'candles': see k2 candles --help.\n")]
    [InlineData("candles binance BTC/USDT --limt 5", "k2: Unrecognized command or argument '--limt': see k2 candles --help.\nk2: Unrecognized command or argument '5': see k2 candles --help.\n")]
    [InlineData("candles mtgox BTC/USDT", "k2: 'mtgox' is no exchange: write binance, kraken, coinbase.\n")]
    [InlineData("candles binance BTCUSDT", "k2: 'BTCUSDT' is no symbol: write BASE/QUOTE, for example BTC/USDT.\n")]
    [InlineData("candles binance BTC/USDT --timeframe 2x", "k2: --timeframe '2x' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most 366d.\n")]
    [InlineData("candles binance BTC/USDT --as-of soon", "k2: --as-of 'soon' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z, or Unix seconds or milliseconds.\n")]
    [InlineData("summary BTC/USDT today", "k2: 'today' is no day: write it in UTC as 2024-08-08.\n")]
    [InlineData("compare BTC/USDT --timeframe 1s", "k2: --timeframe '1s' is no interval: write a whole number and m, h, d or w, at most 366d.\n")]
    [InlineData("stats --format csv", "k2: --format 'csv' is unknown: write table or json.\n")]
    [InlineData("candles binance BTC/USDT --format xml", "k2: --format 'xml' is unknown: write table, csv or json.\n")]
    [InlineData("candles binance BTC/USDT --limit 0", "k2: --limit '0' is out of range: write a whole number from 1 to 10000.\n")]
    [InlineData("candles binance BTC/USDT --limit many", "k2: --limit 'many' is out of range: write a whole number from 1 to 10000.\n")]
    [InlineData("trades binance BTC/USDT --from noon", "k2: --from 'noon' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z, or Unix seconds or milliseconds.\n")]
    [InlineData("trades binance BTC/USDT --from 2024-08-09 --to 2024-08-08", "k2: --from lies at or behind --to: the window is [from, to).\n")]
    [InlineData("watch binance BTC/USDT --count 0", "k2: --count '0' is out of range: write a whole number from 1 to 2147483647.\n")]
    [InlineData("watch binance BTC/USDT --format csv", "k2: --format 'csv' is unknown: write text or json.\n")]
    [InlineData("status --format csv", "k2: --format 'csv' is unknown: write table or json.\n")]
    [InlineData("status --server http://127.0.0.1:1 --data .", "k2: --server and --data both name a platform: give one of them.\n")]
    [InlineData("status --data ./no-such-folder", "k2: the data folder './no-such-folder' does not exist: check the path after --data.\n")]
    [InlineData("sql", "k2: Required argument 'SQL' missing for command: 'sql': see k2 sql --help.\n")]
    public async Task Run_UsageError_IsPlainLinesAndExitCode2(string line, string error)
    {
        var run = await CliRun.OfAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(error, run.Error);
        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task Run_Version_PrintsIt()
    {
        var run = await CliRun.OfAsync(["--version"]);

        Assert.Matches(@"^\d+\.\d+\.\d+\n$", run.Out);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("candles --help")]
    public async Task Run_Help_GoesToOutput(string line)
    {
        var run = await CliRun.OfAsync(line.Split(' '));

        Assert.Contains("--server <URL>", run.Out, StringComparison.Ordinal);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("status")]
    [InlineData("symbols")]
    [InlineData("candles binance BTC/USDT")]
    [InlineData("trades binance BTC/USDT")]
    [InlineData("watch binance BTC/USDT")]
    [InlineData("sql SELECT")]
    public async Task Run_NoServer_FailsWithOneLine(string line)
    {
        var run = await CliRun.OfAsync([.. line.Split(' '), "--server", "http://127.0.0.1:1"]);

        Assert.Equal("k2: No K2 server answers at http://127.0.0.1:1: start one (dotnet run --project silo) or name its address.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Run_UnknownSymbol_FailsWithTheServersSentence()
    {
        var run = await CliRun.OfAsync(["--server", platform.Endpoints.Url, "candles", "binance", "XXX/USDT"]);

        Assert.Equal("k2: binance has no instrument XXX-USDT here: /v1/symbols lists those it has.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Run_Cancelled_EndsWith130()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        var run = await CliRun.OfAsync(["status", "--server", platform.Endpoints.Url], stop: stop.Token);

        Assert.Equal(130, run.ExitCode);
        Assert.Empty(run.Error);
    }
}
