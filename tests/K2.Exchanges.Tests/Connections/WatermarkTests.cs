using K2.Domain;
using K2.Domain.Log;
using K2.Exchanges.Connections;
using K2.Simulator.Replay;

namespace K2.Exchanges.Tests.Connections;

public sealed class WatermarkTests
{
    [Fact]
    public void TryFinish_TradesBehindTheLastWatermarkThatAreNoNewer_OneMore()
    {
        var tracker = new WatermarkTracker(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1));
        Assert.True(tracker.Advance(Timestamp.FromMilliseconds(10_000), out var first));

        // Another symbol's look back comes behind it and is older: its candles wait for a watermark too.
        Assert.False(tracker.Advance(Timestamp.FromMilliseconds(9_000), out _));
        Assert.True(tracker.TryFinish(out var last));

        Assert.Equal((Timestamp.FromMilliseconds(9_750), Timestamp.FromMilliseconds(9_750)), (first, last));
        Assert.False(tracker.TryFinish(out _));
    }

    [Fact]
    public async Task Run_AnyBatchSize_GivesTheSameRecords()
    {
        var path = Some.Capture(Some.BinanceTrades);
        List<LogRecord>? first = null;
        foreach (var (frames, bytes) in new[] { (512, 1024 * 1024), (1, 1), (7, 1024 * 1024), (10_000, 3000) })
        {
            var records = await ReplayAsync(path, frames, bytes);

            first ??= records;
            Assert.Equal(first, records);
        }
    }

    [Fact]
    public async Task Run_Capture_WatermarksOfBothSymbolsNeverPassATradeToCome()
    {
        var path = Some.Capture(Some.BinanceTrades);
        var sink = await ReplayIntoAsync(path, 512, 1024 * 1024);

        foreach (var symbol in new[] { "BTC/USDT", "ETH/USDT", "DOT/USDT" })
        {
            var reached = new Timestamp(long.MinValue);
            var marks = 0;
            foreach (var record in sink.Records(symbol))
            {
                if (record.Kind == RecordKind.Trade)
                {
                    Assert.True(record.Trade.ExchangeTime >= reached);
                    continue;
                }

                Assert.True(record.Time > reached);
                reached = record.Time;
                marks++;
            }

            // 5 min 46 s of exchange time; DOT has no trade at all and is carried by the others.
            Assert.InRange(marks, 250, 347);
            Assert.Equal(Timestamp.FromMilliseconds(1723161601271 - 250), reached);
        }
    }

    [Fact]
    public void Advance_MovesInStepsOfTheInterval()
    {
        var tracker = new WatermarkTracker(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1));

        Assert.True(tracker.Advance(Timestamp.FromMilliseconds(10_000), out var mark));
        Assert.Equal(Timestamp.FromMilliseconds(9_750), mark);
        Assert.False(tracker.Advance(Timestamp.FromMilliseconds(10_999), out _));
        Assert.False(tracker.Advance(Timestamp.FromMilliseconds(10_000), out _));
        Assert.True(tracker.Advance(Timestamp.FromMilliseconds(11_000), out mark));
        Assert.Equal(Timestamp.FromMilliseconds(10_750), mark);
        Assert.False(tracker.TryFinish(out _));
    }

    [Fact]
    public void TryFinish_GivesWhatIsLeftOnce()
    {
        var tracker = new WatermarkTracker(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(1));
        Assert.False(tracker.TryFinish(out _));
        tracker.Advance(Timestamp.FromMilliseconds(10_000), out _);
        tracker.Advance(Timestamp.FromMilliseconds(10_500), out _);

        Assert.True(tracker.TryFinish(out var mark));

        Assert.Equal(Timestamp.FromMilliseconds(10_250), mark);
        Assert.False(tracker.TryFinish(out _));
    }

    private static async Task<List<LogRecord>> ReplayAsync(string path, int frames, int bytes)
    {
        var sink = await ReplayIntoAsync(path, frames, bytes);
        return [.. sink.Records("BTC/USDT"), .. sink.Records("ETH/USDT"), .. sink.Records("DOT/USDT")];
    }

    private static async Task<TestSink> ReplayIntoAsync(string path, int frames, int bytes)
    {
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Captures = [path] }, TestContext.Current.CancellationToken);
        var sink = new TestSink();
        var options = Some.Options(server.Endpoint) with { FramesPerBatch = frames, BytesPerBatch = bytes };
        await using var running = new Running(Some.Worker(options, sink, new ReplayOrigins(server)));
        await sink.Until(s => s.Frames == 15_863);
        await running.StopAsync();
        return sink;
    }
}
