using System.Globalization;
using System.Text.Json;
using K2.EndToEnd.Tests.Reference;
using K2.EndToEnd.Tests.Running;

namespace K2.EndToEnd.Tests;

/// <summary>Captures of Kraken and Coinbase through real processes: socket, log, Orleans, ClickHouse.</summary>
public sealed class ExchangeReplayTests
{
    // Of the captures, the platform's own instruments file knows Coinbase's BTC/USD and ETH/USD only.
    private static readonly string[] CapturedNames =
        ["coinbase BTC-USD", "coinbase ETH-USD", "coinbase SKL-USD", "coinbase SKL-BTC", "coinbase SKL-GBP", "coinbase BAND-BTC", "coinbase BAND-GBP", "kraken XMR/USD", "kraken SC/EUR"];

    [Theory]
    [InlineData("captures/coinbase-advanced-2026-08-09.jsonl.gz", 253, 56)]
    [InlineData("captures/coinbase-exchange-matches-2021-04-17.jsonl", 78, 81)]
    [InlineData("captures/kraken-v1-trade-2021-04-17.jsonl", 10, 49)]
    public async Task Replay_OfACapture_StoresEveryTradeOnceWithItsValues(string relative, int trades, int frames)
    {
        var capture = RunningSilo.CaptureOrSkip(relative);
        using var folder = new TemporaryFolder();
        var expected = CapturedTrades.Lines(capture);
        Assert.Equal(trades, expected.Count);

        var output = await RunningSilo.ReplayAsync(capture, folder.Data, "--instruments", Instruments(folder));

        Assert.Contains($"new {trades} duplicates 0 conflicts 0 rejected 0", output, StringComparison.Ordinal);
        await AssertStoredAsync(folder.Data, expected);
        Assert.Equal($"{frames}\t{frames}\n", await RunningSilo.QueryAsync(folder.Data, "SELECT count(), uniqExact(sequence) FROM k2.raw_frames FORMAT TSV"));
    }

    [Fact]
    public async Task Replay_WithThePlatformsInstruments_StoresCoinbasesTwoAndNothingNewTheSecondTime()
    {
        var capture = RunningSilo.CaptureOrSkip("captures/coinbase-advanced-2026-08-09.jsonl.gz");
        using var folder = new TemporaryFolder();
        var expected = CapturedTrades.Lines(capture);

        await RunningSilo.ReplayAsync(capture, folder.Data);
        var again = await RunningSilo.ReplayAsync(capture, folder.Data);

        Assert.Contains($"new 0 duplicates {expected.Count} conflicts 0", again, StringComparison.Ordinal);
        await AssertStoredAsync(folder.Data, expected);
    }

    /// <summary>No capture of v2 is to be had: frames in the documented form, with ids that a snapshot repeats.</summary>
    [Fact]
    public async Task Replay_OfKrakenV2WithSnapshots_CountsNoIdTwice()
    {
        RunningSilo.EngineOrSkip();
        using var folder = new TemporaryFolder();
        var capture = Write(
            folder,
            """{"channel":"status","type":"update","data":[{"version":"2.0.9","system":"online","api_version":"v2","connection_id":1}]}""",
            """{"method":"subscribe","result":{"channel":"trade","snapshot":true,"symbol":"BTC/USD"},"success":true,"time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z"}""",
            Message("snapshot", Trade(1), Trade(2), Trade(3)),
            """{"channel":"heartbeat"}""",
            Message("update", Trade(3), Trade(4, "ETH/USD"), Trade(5, quantity: "1.5e-7")),
            Message("snapshot", Trade(2), Trade(3), Trade(5, quantity: "1.5e-7"), Trade(6)),
            Message("update", Trade(7)));
        var expected = CapturedTrades.Lines(capture);
        Assert.Equal(7, expected.Count);

        var output = await RunningSilo.ReplayAsync(capture, folder.Data);

        Assert.Contains("new 7 duplicates 4 conflicts 0 rejected 0", output, StringComparison.Ordinal);
        await AssertStoredAsync(folder.Data, expected);
    }

    private static async Task AssertStoredAsync(string folder, List<string> expected)
    {
        var stored = (await RunningSilo.QueryAsync(folder, CapturedTrades.Query)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(expected, stored);
        Assert.Equal($"{expected.Count}\n", await RunningSilo.QueryAsync(folder, "SELECT uniqExact(exchange, symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
        Assert.Equal($"{expected.Count}\n", await RunningSilo.QueryAsync(folder, "SELECT sum(trade_count) FROM k2.ohlcv_1m FORMAT TSV"));
    }

    private static string Instruments(TemporaryFolder folder)
    {
        var path = Path.Combine(folder.Path, "instruments.yaml");
        File.WriteAllLines(path, ["instruments:", .. CapturedNames.Select(name =>
        {
            var (exchange, native) = (name.Split(' ')[0], name.Split(' ')[1]);
            var assets = native.Split('-', '/');
            return $"  - {{ exchange: {exchange}, symbol: {assets[0]}/{assets[1]}, native: {native}, base: {assets[0]}, quote: {assets[1]}, price_scale: 8, quantity_scale: 8 }}";
        })]);
        return path;
    }

    private static string Write(TemporaryFolder folder, params string[] frames)
    {
        var path = Path.Combine(folder.Path, "kraken-v2.jsonl");
        File.WriteAllLines(path, frames.Select((frame, index) => string.Create(CultureInfo.InvariantCulture, $"{{\"recv_ns\": {1695627000000000000 + index}, \"frame\": {JsonSerializer.Serialize(frame)}}}")));
        return path;
    }

    private static string Message(string type, params string[] trades) => $$"""{"channel":"trade","type":"{{type}}","data":[{{string.Join(',', trades)}}]}""";

    private static string Trade(int id, string symbol = "BTC/USD", string quantity = "0.25") =>
        $$"""{"symbol":"{{symbol}}","side":"buy","price":26100.1,"qty":{{quantity}},"ord_type":"limit","trade_id":{{id}},"timestamp":"2023-09-25T07:29:5{{id}}.925533Z"}""";
}
