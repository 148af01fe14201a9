using System.IO.Compression;
using System.Text;
using K2.Api.Tests.Hosting;

namespace K2.Api.Tests.Cli;

/// <summary>Commands that ask a running platform to do something.</summary>
public sealed class OperatorCommandTests(TestPlatform platform)
{
    [Fact]
    public async Task Backfill_TradesThatAreServed_ShowsProgressToTheEnd()
    {
        var run = await RunAsync("backfill", "binance", "BTC/USDT", "--from", "2024-08-08T00:00:00Z");

        Assert.Equal(["binance BTC/USDT [############..................] 40.0 % 4 of 10", "binance BTC/USDT [##############################] 100.0 % 10 of 10", ""], run.Out.Split('\n'));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Backfill_TradesThatAreNotServed_SaysHowManyAndFails()
    {
        var run = await RunAsync("backfill", "binance", "ETH/USDT", "--from", "1723075200");

        Assert.Equal("k2: the exchange does not serve 3 of the trades: see k2 gaps binance ETH/USDT.\n", run.Error);
        Assert.Equal(1, run.ExitCode);
    }

    [Theory]
    [InlineData("pause")]
    [InlineData("drain")]
    [InlineData("resume")]
    public async Task Connector_KnownExchange_IsDone(string command)
    {
        var run = await RunAsync(command, "binance");

        Assert.Equal((0, $"binance {command.TrimEnd('e')}ed\n", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Verify_OneSymbol_ShowsItsCountsAndPasses()
    {
        var run = await RunAsync("verify", "--against-exchange", "binance", "BTC-USDT", "--hours", "5");

        Assert.Contains("  binance    BTC/USDT       5           0         0            2            3", run.Out, StringComparison.Ordinal);
        Assert.EndsWith("1 symbols: nothing is different\n", run.Out, StringComparison.Ordinal);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public async Task Verify_DifferentCandle_NamesItAndFails()
    {
        var run = await RunAsync("verify", "--against-exchange", "binance");

        Assert.Contains("1m 2024-08-08T23:55Z close 1, the exchange has [2]", run.Out, StringComparison.Ordinal);
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Verify_AsJson_IsOneLineASymbol()
    {
        var run = await RunAsync("verify", "--against-exchange", "binance", "BTC/USDT", "--format", "json");

        Assert.StartsWith("{\"exchange\":\"binance\",\"symbol\":\"BTC/USDT\",\"at\":\"", run.Out, StringComparison.Ordinal);
        Assert.Single(run.Out.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Verify_GrainThatRefuses_IsOneSentence()
    {
        var run = await RunAsync("verify", "--against-exchange", "binance", "BTC/USDT", "--hours", "13");

        Assert.Equal((1, "k2: a replay has no exchange to ask\n"), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("csv.gz")]
    [InlineData("zip")]
    public async Task Import_File_SendsItsLinesAndSaysWhatBecameOfThem(string kind)
    {
        var file = Path.Combine(Path.GetTempPath(), $"k2-{Guid.NewGuid():N}.{kind}");
        await WriteAsync(file, "1,2.5,1,2.5,1723161255342,True,True\n");
        try
        {
            var run = await RunAsync("import", file, "--exchange", "binance", "--symbol", "BTC/USDT");

            Assert.EndsWith("36 trades taken, 1 were known, 0 left out because the exchange's own trades of that time are there, 0 lines in the dead letters\n", run.Out, StringComparison.Ordinal);
            Assert.Equal((0, ""), (run.ExitCode, run.Error));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("backfill binance BTC/USDT --from yesterday", "k2: --from 'yesterday' is no time: write ISO 8601 in UTC such as 2026-11-01T00:00:00Z.\n", 2)]
    [InlineData("backfill binance BTC/USDT", "k2: Option '--from' is required: see k2 backfill --help.\n", 2)]
    [InlineData("verify --hours 5", "k2: --hours goes with --against-exchange: write --since and --until, or --all.\n", 2)]
    [InlineData("verify --against-exchange --all", "k2: --since, --until and --all do not go with --against-exchange: write --hours.\n", 2)]
    [InlineData("rebuild --from gold binance BTC/USDT --since 1 --until 2", "k2: --from 'gold' is no layer: write raw or silver.\n", 2)]
    [InlineData("rebuild --from raw binance BTC/USDT --since 2 --until 2", "k2: --since lies at or behind --until: the range is [since, until).\n", 2)]
    [InlineData("why binance BTC/USDT never", "k2: TIME 'never' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z, or Unix seconds or milliseconds.\n", 2)]
    [InlineData("verify --against-exchange --hours 0", "k2: --hours '0' is out of range: write a whole number from 1 to 720.\n", 2)]
    [InlineData("verify --against-exchange coinbase", "k2: no such symbol is taken now: see k2 symbols.\n", 1)]
    [InlineData("import /nowhere/file.csv --exchange binance --symbol BTC/USDT", "k2: the file '/nowhere/file.csv' does not exist.\n", 2)]
    [InlineData("drain nosuch", "k2: 'nosuch' is no exchange: write binance, kraken, coinbase.\n", 1)]
    public async Task Run_WrongOrUnknown_IsOneSentence(string line, string sentence, int code)
    {
        var run = await RunAsync(line.Split(' '));

        Assert.Equal((sentence, code), (run.Error, run.ExitCode));
    }

    [Theory]
    [InlineData("simulate --trades-per-second 0", "k2: --trades-per-second takes a whole number from 1 to 100000.\n")]
    [InlineData("simulate --exchanges nosuch", "k2: --exchanges 'nosuch' is unknown: write binance, kraken or coinbase.\n")]
    public async Task Simulate_BadOption_IsOneSentence(string line, string sentence)
    {
        var run = await CliRun.OfAsync(line.Split(' '));

        Assert.Equal((sentence, 2), (run.Error, run.ExitCode));
    }

    [Fact]
    public async Task Import_FileThatIsNone_IsOneSentence()
    {
        var file = Path.Combine(Path.GetTempPath(), $"k2-{Guid.NewGuid():N}.csv");
        await File.WriteAllTextAsync(file, "a,b\n", TestContext.Current.CancellationToken);
        try
        {
            var run = await RunAsync("import", file, "--exchange", "binance", "--symbol", "BTC/USDT");

            Assert.StartsWith($"k2: '{file}' cannot be read: its first line has neither 3, 7 nor 8 columns", run.Error, StringComparison.Ordinal);
            Assert.Equal(1, run.ExitCode);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task WriteAsync(string file, string text)
    {
        await using var stream = File.Create(file);
        var bytes = Encoding.UTF8.GetBytes(text);
        if (file.EndsWith(".gz", StringComparison.Ordinal))
        {
            await using var packed = new GZipStream(stream, CompressionMode.Compress);
            await packed.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        else if (file.EndsWith(".zip", StringComparison.Ordinal))
        {
            await using var archive = await ZipArchive.CreateAsync(stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, TestContext.Current.CancellationToken);
            await using var entry = await archive.CreateEntry("trades.csv").OpenAsync(TestContext.Current.CancellationToken);
            await entry.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
        else
        {
            await stream.WriteAsync(bytes, TestContext.Current.CancellationToken);
        }
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.OfAsync(["--server", platform.Endpoints.Url, .. args]);
}
