using System.Net;
using System.Text.Json;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>The cold tier of a real silo: exported, asked for, compared, and absent without harm.</summary>
public sealed class ColdTierTests
{
    [Fact]
    public async Task RunningSilo_ExportsComparesAndReadsSnapshots()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data, "--symbols", "BTC/USDT", "ETH/USDT"]);
        await RunningSilo.StoredAsync(silo, 200);
        using var client = await SiloClient.OfAsync(silo, folder.Data);

        Assert.Contains("silver_trades: exported", await client.K2Async("export", "run", "silver_trades", "raw_frames"), StringComparison.Ordinal);
        var first = await client.JsonAsync("/v1/snapshots?table=silver_trades");
        var (id, rows) = (first.GetProperty("data")[0].GetProperty("snapshot_id").GetInt64(), first.GetProperty("data")[0].GetProperty("rows").GetInt64());
        Assert.True(rows >= 200);

        await RunningSilo.StoredAsync(silo, (int)rows + 100);
        await client.K2Async("export", "run");
        var audit = await client.K2Async("maintenance", "audit");
        Assert.Equal(12, audit.Split('\n').Count(line => line.Contains(": equal, ", StringComparison.Ordinal)));
        Assert.Contains("silver_trades: ", await client.K2Async("maintenance", "run", "silver_trades"), StringComparison.Ordinal);
        Assert.Contains("append", await client.K2Async("snapshots", "silver_trades"), StringComparison.Ordinal);
        Assert.Contains("raw_frames", await client.K2Async("snapshots"), StringComparison.Ordinal);
        Assert.Contains("silver_trades: restored", await client.K2Async("restore", "silver_trades", "--since", "2020-01-01", "--until", "2099-01-01"), StringComparison.Ordinal);
        Assert.Contains("silver_trades: equal", await client.K2Async("maintenance", "audit", "silver_trades"), StringComparison.Ordinal);

        // The state of the first export is the same for ever; page by page it is all of its rows.
        long seen = 0;
        foreach (var symbol in (string[])["BTC-USDT", "ETH-USDT"])
        {
            for (string? page = $"/v1/trades?exchange=binance&symbol={symbol}&limit=50&order=asc&snapshot={id}"; page is not null;)
            {
                var answer = await client.JsonAsync(page);
                seen += answer.GetProperty("data").GetArrayLength();
                page = answer.TryGetProperty("next", out var next) ? next.GetString() : null;
            }
        }

        var tables = await client.JsonAsync("/v1/cold");
        Assert.Equal(12, tables.GetProperty("data").GetArrayLength());
        Assert.InRange(seen, 1, rows);
        Assert.Equal(seen, await CountAsync(client, "BTC/USDT", id) + await CountAsync(client, "ETH/USDT", id));
        await RefusedAsync(client, "/v1/trades?exchange=binance&symbol=BTC-USDT&snapshot=1", HttpStatusCode.NotFound);
        await RefusedAsync(client, "/v1/ohlcv/1m?exchange=binance&symbol=BTC-USDT&snapshot=2024-01-01", HttpStatusCode.NotFound);
        await RefusedAsync(client, "/v1/snapshots?table=none", HttpStatusCode.BadRequest);
        Assert.Equal(2, await client.CodeAsync("export", "run", "none"));
        Assert.Equal(2, await client.CodeAsync("restore", "raw_frames", "--since", "2020-01-01", "--until", "2021-01-01"));

        // A file that goes away is found by the audit, and from then on the health names the table.
        Assert.Equal("ok", (await client.JsonAsync("/health")).GetProperty("status").GetString());
        File.Delete(Directory.EnumerateFiles(Path.Combine(folder.Data, "cold", "silver_trades", "data"), "*.parquet", SearchOption.AllDirectories).First());
        Assert.Equal(1, await client.CodeAsync("maintenance", "audit", "silver_trades"));
        var health = await client.JsonAsync("/health");
        Assert.Equal("degraded", health.GetProperty("status").GetString());
        var problem = Assert.Single(health.GetProperty("problems").EnumerateArray()).GetString()!;
        Assert.StartsWith("Cold table silver_trades: The last audit ended as ", problem, StringComparison.Ordinal);
        Assert.Contains(problem, await client.K2Async("status"), StringComparison.Ordinal);
        await silo.TerminateAsync();
        Assert.Equal(0, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task LogThatIsLost_BeginsAboveWhatTheTablesHold_AndExportsGoOn()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        string[] arguments = ["--data", folder.Data, "--symbols", "BTC/USDT", "ETH/USDT"];
        using (var first = SiloProcess.Start(RunningSilo.Assembly, arguments))
        {
            await RunningSilo.StoredAsync(first, 100);
            await K2Run.OkAsync(folder.Data, "export", "run", "raw_frames", "silver_trades");
            await first.TerminateAsync();
            Assert.Equal(0, await first.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
        }

        Directory.Delete(Path.Combine(folder.Data, "log"), recursive: true);
        using var second = SiloProcess.Start(RunningSilo.Assembly, arguments);
        await RunningSilo.StoredAsync(second, 300);

        Assert.Contains("raw_frames: exported", await K2Run.OkAsync(folder.Data, "export", "run", "raw_frames", "silver_trades"), StringComparison.Ordinal);
        await K2Run.OkAsync(folder.Data, "maintenance", "audit", "raw_frames", "silver_trades");
        await second.TerminateAsync();
        Assert.Equal(0, await second.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Replay_LeavesTheCapturesRowsInTheColdTables_AlsoWhenItIsPlayedAgain()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();

        await ReplayAsync(capture, folder.Data);
        Assert.Equal("15863", Total(folder.Data, "silver_trades"));
        Assert.Equal("15863", Total(folder.Data, "raw_frames"));
        var candles = Total(folder.Data, "gold_ohlcv_1m");

        await ReplayAsync(capture, folder.Data);
        Assert.Equal("15863", Total(folder.Data, "silver_trades"));
        Assert.Equal("15863", Total(folder.Data, "raw_frames"));
        Assert.Equal(candles, Total(folder.Data, "gold_ohlcv_1m"));
    }

    [Fact]
    public async Task StoreThatCannotBeUsed_IsSaidInOneLine_AndTradesFlow()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "file");
        await File.WriteAllTextAsync(file, "no folder", TestContext.Current.CancellationToken);
        using var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, folder.Data), environment: new Dictionary<string, string> { ["K2__Cold__Enabled"] = "true", ["K2__Cold__Folder"] = file });

        Assert.Equal(0, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));

        Assert.Single(silo.Output.Split('\n'), line => line.Contains("CANNOT BE USED", StringComparison.Ordinal));
        Assert.Contains("stored: trades 15863", silo.Output, StringComparison.Ordinal);
        Assert.Contains("the cold tier lacks rows", silo.Output, StringComparison.Ordinal);
    }

    private static async Task ReplayAsync(string capture, string data)
    {
        using var silo = SiloProcess.Start(RunningSilo.Assembly, RunningSilo.ReplayArguments(capture, data), environment: new Dictionary<string, string> { ["K2__Cold__Enabled"] = "true" });
        Assert.Equal(0, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
    }

    private static string Total(string data, string table)
    {
        var newest = Directory.EnumerateFiles(Path.Combine(data, "cold", table, "metadata"), "v*.metadata.json").MaxBy(file => int.Parse(Path.GetFileName(file)[1..^".metadata.json".Length], System.Globalization.CultureInfo.InvariantCulture))!;
        using var metadata = JsonDocument.Parse(File.ReadAllText(newest));
        var current = metadata.RootElement.GetProperty("current-snapshot-id").GetInt64();
        return metadata.RootElement.GetProperty("snapshots").EnumerateArray().Single(snapshot => snapshot.GetProperty("snapshot-id").GetInt64() == current).GetProperty("summary").GetProperty("total-records").GetString()!;
    }

    private static async Task<int> CountAsync(SiloClient client, string symbol, long snapshot) =>
        (await client.K2Async("trades", "binance", symbol, "--from", "2020-01-01", "--limit", "100000", "--format", "csv", "--snapshot", snapshot.ToString(System.Globalization.CultureInfo.InvariantCulture))).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length - 1;

    private static async Task RefusedAsync(SiloClient client, string path, HttpStatusCode status)
    {
        using var answer = await client.GetAsync(path);
        Assert.Equal(status, answer.StatusCode);
    }
}
