using System.Globalization;
using K2.Cli.Bench;
using K2.Client;
using K2.Client.Watching;
using K2.Contracts.Symbols;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>A trade that comes when its day has left the warehouse: it waits, the day comes back from the cold tier, and every tier has the candle that it makes.</summary>
public sealed class LateDayTests
{
    private const long March = 1_709_286_000_000; // 2024-03-01 09:40 UTC
    private const long FortyDays = 40L * 86_400_000;

    [Fact]
    public async Task Restore_TakesTheTradeThatWaited_AndWarehouseAndColdTablesAgree()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        var capture = Path.Combine(folder.Path, "capture.jsonl");

        // Trade 5 of the first day is missing; it comes behind a trade of forty days later.
        (long Id, long Time)[] trades = [.. Enumerable.Range(1, 9).Where(id => id != 5).Select(id => ((long)id, March + (id * 20_000L))), .. Enumerable.Range(10, 20).Select(id => ((long)id, March + FortyDays + (id * 20_000L))), (5, March + 100_000), (30, March + FortyDays + 700_000)];
        await File.WriteAllLinesAsync(capture, trades.Select((trade, index) => Line(trade.Id, trade.Time, March + FortyDays + index)), TestContext.Current.CancellationToken);
        using var silo = SiloProcess.Start(RunningSilo.Assembly, ["--source", "replay", "--captures", capture, "--speed", "max", "--data", folder.Data, "--urls", "http://127.0.0.1:0", "--clickhouse-port", "0"], environment: new Dictionary<string, string> { ["K2__Cold__Enabled"] = "true" });
        await RunningSilo.StoredAsync(silo, 29);
        using var client = await SiloClient.OfAsync(silo, folder.Data);
        await client.UntilAsync(async () => await client.SqlAsync("SELECT count() FROM k2.dead_letters WHERE reason = 'beyond-horizon'") == "1", "no trade waits beyond the horizon");
        const string day = "SELECT trade_count, volume, revision, closed FROM k2.ohlcv_1d WHERE window_start = '2024-03-01'";
        Assert.Equal("8\t0.8\t0\t1", await client.SqlAsync(day));

        // The day leaves the warehouse, as the retention has it when the cold tier holds it.
        await client.K2Async("export", "run");
        await client.SqlAsync("ALTER TABLE k2.silver_trades_store DROP PARTITION 20240301");
        Assert.Equal("21", await client.SqlAsync("SELECT count() FROM k2.silver_trades"));
        Assert.Equal([1, 2, 3, 4, 6, 7, 8, 9, 10], await ReadByGrainAsync(client));
        Assert.Contains("trade 5 of", await client.K2Async("dead-letters", "list", "binance", "--reason", "beyond-horizon", "--format", "csv"), StringComparison.Ordinal);

        var restored = await client.K2Async("restore", "--since", "2024-03-01", "--until", "2024-03-02");

        Assert.True(restored.Contains("silver_trades: restored, 8 rows", StringComparison.Ordinal), restored + silo.Output);
        Assert.True(restored.Contains("binance:BTC/USDT: 1 late trades settled, 1 of them new; ", StringComparison.Ordinal), restored + silo.Output);
        Assert.Equal("9\t0.9\t1\t1", await client.SqlAsync(day));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9], await ReadByGrainAsync(client));
        Assert.Equal("9\t9", await client.SqlAsync("SELECT count(), uniqExact(trade_id) FROM k2.silver_trades WHERE timestamp < '2024-03-02'"));
        Assert.Equal("1", await client.SqlAsync("SELECT count() FROM k2.dead_letters WHERE reason = 'beyond-horizon' AND settled_at IS NOT NULL"));

        // Once more changes nothing, and no letter waits.
        Assert.DoesNotContain("settled", await client.K2Async("dead-letters", "replay"), StringComparison.Ordinal);
        Assert.DoesNotContain("trade 5 of", await client.K2Async("dead-letters", "list", "--format", "csv"), StringComparison.Ordinal);
        Assert.Equal("9\t0.9\t1\t1", await client.SqlAsync(day));

        // The next export brings both into the cold tables: all columns agree.
        await client.K2Async("export", "run");
        Assert.Equal(10, (await client.K2Async("maintenance", "audit")).Split('\n').Count(line => line.Contains(": equal, ", StringComparison.Ordinal)));
        await silo.TerminateAsync();
        Assert.Equal(0, await silo.WaitAsync(RunningSilo.Limit, TestContext.Current.CancellationToken));
    }

    /// <summary>The first nine trades by a grain call: of a day that the warehouse does not have they are the cold table's, and each comes once.</summary>
    private static async Task<IEnumerable<long>> ReadByGrainAsync(SiloClient client)
    {
        await using var gateway = await GatewayConnection.ConnectAsync(client.Endpoints, new K2ClientOptions(), TestContext.Current.CancellationToken);
        var range = new HistoryRange { From = DateTime.UnixEpoch, Limit = 9 };
        return (await gateway.Cluster.GetGrain<IHistoryGrain>("binance:BTC/USDT").GetTrades(range, TestContext.Current.CancellationToken)).Select(trade => trade.TradeId);
    }

    private static string Line(long id, long time, long received)
    {
        var trade = string.Create(CultureInfo.InvariantCulture, $$$"""{\"stream\":\"btcusdt@trade\",\"data\":{\"e\":\"trade\",\"E\":{{{time + 1}}},\"s\":\"BTCUSDT\",\"t\":{{{id}}},\"p\":\"62000.{{{id:00}}}000000\",\"q\":\"0.10000000\",\"T\":{{{time}}},\"m\":true,\"M\":true}}""");
        return string.Create(CultureInfo.InvariantCulture, $$"""{"recv_ns": {{received}}000000, "frame": "{{trade}}"}""");
    }
}
