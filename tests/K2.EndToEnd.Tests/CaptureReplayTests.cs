using System.Globalization;
using K2.EndToEnd.Tests.Reference;
using K2.EndToEnd.Tests.Running;
using K2.TestKit;

namespace K2.EndToEnd.Tests;

/// <summary>A real capture through real processes: socket, log, Orleans, ClickHouse.</summary>
public sealed class CaptureReplayTests
{
    private const int CaptureTrades = 15_863;

    [Fact]
    public async Task Replay_OfTheCapture_StoresEveryTradeOnceAndEveryCandleExactly()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();

        var output = await RunningSilo.ReplayAsync(capture, folder.Data);

        Assert.Contains($"frames {CaptureTrades} parsed {CaptureTrades} appended {CaptureTrades} delivered {CaptureTrades} applied {CaptureTrades}", output, StringComparison.Ordinal);
        Assert.Equal($"{CaptureTrades}\t{CaptureTrades}\n", await RunningSilo.QueryAsync(folder.Data, "SELECT count(), uniqExact(symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
        Assert.Equal($"{CaptureTrades}\t{CaptureTrades}\n", await RunningSilo.QueryAsync(folder.Data, "SELECT count(), uniqExact(sequence) FROM k2.raw_frames FORMAT TSV"));
        var candles = (await RunningSilo.QueryAsync(folder.Data, ReferenceCandles.Query)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(ReferenceCandles.Lines(Trades()), candles);
    }

    [Fact]
    public async Task Replay_OfTheCapture_MarksTheEdgeWindowsIncompleteAndTheInnerOnesComplete()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();

        await RunningSilo.ReplayAsync(capture, folder.Data);

        // 23:54:15 to 00:00:01.27: the minutes 23:55 to 23:59 are whole, the first began before the capture, the last is still open at its end.
        var minutes = await RunningSilo.QueryAsync(folder.Data, "SELECT formatDateTime(window_start, '%H:%i', 'UTC'), closed, complete FROM k2.ohlcv_1m WHERE canonical_symbol = 'BTC/USDT' ORDER BY window_start FORMAT TSV");
        Assert.Equal("23:54\t1\tno\n23:55\t1\tyes\n23:56\t1\tyes\n23:57\t1\tyes\n23:58\t1\tyes\n23:59\t1\tyes\n00:00\t0\tunknown\n", minutes);
        Assert.Equal("1\tno\n0\tunknown\n", await RunningSilo.QueryAsync(folder.Data, "SELECT closed, complete FROM k2.ohlcv_1d WHERE canonical_symbol = 'BTC/USDT' ORDER BY window_start FORMAT TSV"));
    }

    [Fact]
    public async Task Replay_AgainAndShuffledAndWithMoreFrames_ChangesNoRow()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();
        await RunningSilo.ReplayAsync(capture, folder.Data);
        var once = await RunningSilo.RowsAsync(folder.Data);

        var again = await RunningSilo.ReplayAsync(capture, folder.Data);
        Assert.Contains($"new 0 duplicates {CaptureTrades} conflicts 0", again, StringComparison.Ordinal);
        Assert.Null((await RunningSilo.RowsAsync(folder.Data)).DifferenceTo(once));
        Assert.Equal($"{CaptureTrades}\n", await RunningSilo.QueryAsync(folder.Data, "SELECT count() FROM k2.raw_frames FORMAT TSV"));

        await RunningSilo.ReplayAsync(Shuffled(capture, folder.Path, seed: 20240808), folder.Data);
        Assert.Null((await RunningSilo.RowsAsync(folder.Data)).DifferenceTo(once));

        await RunningSilo.ReplayAsync(Superset(capture, folder.Path), folder.Data);
        Assert.Null((await RunningSilo.RowsAsync(folder.Data)).DifferenceTo(once));
    }

    [Fact]
    public async Task Replay_ShuffledWithinFiveSecondsIntoAFreshFolder_GivesTheSameValues()
    {
        var capture = RunningSilo.CaptureOrSkip();
        using var folder = new TemporaryFolder();

        await RunningSilo.ReplayAsync(Shuffled(capture, folder.Path, seed: 7), folder.Data);

        Assert.Equal($"{CaptureTrades}\t{CaptureTrades}\n", await RunningSilo.QueryAsync(folder.Data, "SELECT count(), uniqExact(symbol, trade_id) FROM k2.silver_trades FORMAT TSV"));
        var candles = (await RunningSilo.QueryAsync(folder.Data, ReferenceCandles.Query)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(ReferenceCandles.Lines(Trades()), candles);
    }

    private static List<ReferenceTrade> Trades() =>
    [
        .. ReferenceTrades.Read(SharedFiles.TryFind("trades/binance-spot-btcusdt-trades-2024-08-08.csv.gz")!, "BTC/USDT"),
        .. ReferenceTrades.Read(SharedFiles.TryFind("trades/binance-spot-ethusdt-trades-2024-08-08.csv.gz")!, "ETH/USDT"),
    ];

    /// <summary>Writes the capture with each frame moved by up to five seconds.</summary>
    private static string Shuffled(string capture, string folder, int seed)
    {
        var random = new Random(seed);
        var path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"shuffled-{seed}.jsonl"));
        const string marker = "\"recv_ns\": ";
        File.WriteAllLines(path, File.ReadLines(capture)
            .Select(line => (Line: line, At: long.Parse(line.AsSpan(line.IndexOf(marker, StringComparison.Ordinal) + marker.Length, 19), CultureInfo.InvariantCulture) + random.NextInt64(5_000_000_000)))
            .OrderBy(line => line.At).Select(line => line.Line));
        return path;
    }

    /// <summary>Writes the capture with every third frame twice, control frames and frames of other streams in between.</summary>
    private static string Superset(string capture, string folder)
    {
        var path = Path.Combine(folder, "superset.jsonl");
        File.WriteAllLines(path, File.ReadLines(capture).SelectMany((line, index) => (index % 3) switch
        {
            0 => new[] { line, line },
            1 => [line, """{"recv_ns": 1723161254340863867, "frame": "{\"stream\":\"btcusdt@kline_1m\",\"data\":{\"e\":\"kline\",\"E\":1723161255612,\"s\":\"BTCUSDT\"}}"}"""],
            _ => [line],
        }));
        return path;
    }
}
