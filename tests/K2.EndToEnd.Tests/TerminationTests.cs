using System.Globalization;
using System.Text.RegularExpressions;
using K2.Cli.Bench;
using K2.EndToEnd.Tests.Running;
using K2.Silo;

namespace K2.EndToEnd.Tests;

/// <summary>SIGTERM to real processes while what they need is frozen or gone: they end within the bound, and what the log has is not lost.</summary>
public sealed partial class TerminationTests
{
    private const int Bound = 10;

    // The machine may be busy; without a bound they would take minutes or for ever.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Bound + 20);
    private static readonly (string, string) Setting = ("K2__Cluster__ShutdownSeconds", Bound.ToString(CultureInfo.InvariantCulture));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbeddedEngineFrozen_EndsWithinTheBound_AndTheNextStartStoresWhatTheLogHas()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        DateTimeOffset frozen;
        using (var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data], null, new Dictionary<string, string> { [Setting.Item1] = Setting.Item2 }))
        {
            await RunningSilo.StoredAsync(silo, 200);
            using var client = await SiloClient.OfAsync(silo, folder.Data);
            async Task<double> AppendedAsync() => Appended().Matches(await client.TextAsync("/metrics")).Sum(match => double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

            // The log goes on to take trades that nothing can store.
            await ProcessSignal.SendAsync(silo.EngineId!.Value, "STOP");
            frozen = TimeProvider.System.GetUtcNow();
            var before = await AppendedAsync();
            await client.UntilAsync(async () => await AppendedAsync() >= before + 50, "the log took no trades");
            await silo.TerminateAsync();
            var code = await silo.WaitAsync(Limit, Token);
            Assert.True(code is 0 or 3, $"exit code {code}\n{silo.Output}");
            Assert.Contains(code == 0 ? "the rest is in the log and is applied at the next start" : "was not finished", silo.Output, StringComparison.Ordinal);
        }

        var restarted = TimeProvider.System.GetUtcNow();
        using (var next = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data]))
        {
            await RunningSilo.StoredAsync(next, 300);
            await next.TerminateAsync();
            Assert.True(await next.WaitAsync(RunningSilo.Limit, Token) == 0, next.Output);
            Assert.DoesNotContain("the rest is in the log", next.Output, StringComparison.Ordinal);
        }

        var rows = (await RunningSilo.QueryAsync(folder.Data, Frames(frozen, restarted))).Trim().Split('\t').Select(long.Parse).ToList();
        Assert.True(rows is [>= 200, >= 50, 0], $"{rows[0]} trades in the raw frames, {rows[1]} of them from when the engine was frozen, {rows[2]} of them are lost");
    }

    [Fact]
    public async Task Draining_SaysSoAtOnce_AndASecondSignalEndsIt()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data], null, new Dictionary<string, string> { ["K2__Cluster__ShutdownSeconds"] = "600" });
        await RunningSilo.StoredAsync(silo, 100);
        using var client = await SiloClient.OfAsync(silo, folder.Data);
        Assert.Equal("ready\n", await client.TextAsync("/health/ready"));

        // Nothing can be stored: it drains until the bound.
        var engine = silo.EngineId!.Value;
        await ProcessSignal.SendAsync(engine, "STOP");
        await silo.TerminateAsync();
        await client.UntilAsync(
            async () =>
            {
                using var ready = await client.GetAsync("/health/ready");
                return (await ready.Content.ReadAsStringAsync(Token)).Contains("draining", StringComparison.Ordinal);
            },
            "it did not say that it drains");
        Assert.Equal("live\n", await client.TextAsync("/health/live"));
        using var reasons = new StringWriter();
        Assert.Equal(1, await HealthCheck.RunAsync(client.Endpoints.Url, reasons));
        Assert.Contains("/health/ready answers 503: This process is draining and ends soon.", reasons.ToString(), StringComparison.Ordinal);
        await silo.TerminateAsync();

        Assert.Equal(130, await silo.WaitAsync(Limit, Token));
        Assert.Contains("by a second signal; storing what was taken was not finished", silo.Output, StringComparison.Ordinal);

        // The frozen engine went with it: nothing keeps the folder.
        using var next = SiloProcess.Start(RunningSilo.Assembly, ["--data", folder.Data]);
        await RunningSilo.StoredAsync(next, 101);
    }

    [Theory]
    [InlineData("ClickHouse")]
    [InlineData("Redis")]
    [InlineData("Kafka")]
    public async Task PartOfTheClusterAway_SiloAndApiEndWithinTheBound(string part)
    {
        await using var cluster = await RunningCluster.StartOrSkipAsync();
        var silo = await cluster.StartAsync("silo", Setting);
        var api = await cluster.StartAsync("api", Setting);
        await RunningSilo.UntilAsync(async () => await cluster.Engine.QueryAsync("SELECT count() > 50 FROM k2.silver_trades FORMAT TSV") == "1\n", silo, "no trades were stored");

        if (part == "Redis") cluster.KillRedis();
        else if (part == "Kafka") await cluster.EndKafkaAsync();
        else await ProcessSignal.SendAsync(cluster.Engine.ProcessId, "STOP");
        await api.TerminateAsync();
        await silo.TerminateAsync();

        try
        {
            foreach (var process in (SiloProcess[])[api, silo])
            {
                var code = await process.WaitAsync(Limit, Token);
                Assert.True(code is 0 || (code is 3 && process.Output.Contains("was not finished", StringComparison.Ordinal)), $"exit code {code}\n{process.Output}");
            }
        }
        finally
        {
            if (part == "ClickHouse") await ProcessSignal.SendAsync(cluster.Engine.ProcessId, "CONT");
        }
    }

    /// <summary>Counts the trades of the raw frames before a time: all, those since another time, and those that are not in the trades' table.</summary>
    private static string Frames(DateTimeOffset frozen, DateTimeOffset restarted) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT count(), countIf(received_timestamp >= fromUnixTimestamp64Milli({frozen.ToUnixTimeMilliseconds()})), countIf((exchange, symbol, id) NOT IN (SELECT toString(exchange), toString(symbol), toString(trade_id) FROM k2.silver_trades))
        FROM (
            SELECT 'binance' AS exchange, symbol, toString(trade_id) AS id, received_timestamp FROM k2.bronze_trades_binance
            UNION ALL SELECT 'kraken', symbol, toString(trade_id), received_timestamp FROM k2.bronze_trades_kraken
            UNION ALL SELECT 'coinbase', product_id, trade_id, received_timestamp FROM k2.bronze_trades_coinbase)
        WHERE received_timestamp < fromUnixTimestamp64Milli({restarted.ToUnixTimeMilliseconds()}) FORMAT TSV
        """);

    [GeneratedRegex(@"^k2_pipeline_appended_total\S* (\S+)", RegexOptions.Multiline)]
    private static partial Regex Appended();
}
