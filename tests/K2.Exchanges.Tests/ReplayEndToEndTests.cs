using System.Diagnostics;
using K2.Simulator.Replay;

namespace K2.Exchanges.Tests;

public sealed class ReplayEndToEndTests
{
    [Fact]
    public async Task Worker_CaptureAtMaxSpeed_HandsOverEveryFrameOnceInOrder()
    {
        var path = Some.Capture(Some.BinanceTrades);
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Captures = [path] }, TestContext.Current.CancellationToken);
        var sink = new TestSink();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await server.Taken.WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);
        await running.StopAsync();

        Assert.Equal(15_863, server.FramesSent);
        Assert.Equal(15_863, sink.Trades);
        Assert.Equal(0, sink.Rejected);
        Assert.Equal(Enumerable.Range(1, 15_863).Select(i => (long)i), sink.Batches.SelectMany(b => b.Frames).Select(f => f.Sequence));
        Assert.All(sink.Batches, b => Assert.Equal(Path.GetFileName(path), b.Origin));
        Assert.True(server.Completed.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Worker_LongReplay_KeepsUp()
    {
        var path = Some.Capture(Some.BinanceTrades);
        var copies = int.Parse(Environment.GetEnvironmentVariable("K2_REPLAY_COPIES") ?? "8", System.Globalization.CultureInfo.InvariantCulture);
        await using var server = await ReplayServer.StartAsync(new ReplayOptions { Captures = [path], Repeat = copies }, TestContext.Current.CancellationToken);
        var sink = new CountingSink(copies * 15_863L);
        var clock = Stopwatch.StartNew();
        await using var running = new Running(Some.Worker(Some.Options(server.Endpoint), sink, new ReplayOrigins(server)));

        await sink.Done.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        TestContext.Current.SendDiagnosticMessage($"{sink.Frames} frames in {clock.Elapsed.TotalSeconds:F2} s = {sink.Frames / clock.Elapsed.TotalSeconds:F0}/s, {sink.Frames / Math.Max(1, sink.Batches)} frames a batch");
        Assert.Equal(sink.Frames, sink.Trades);
    }

    private sealed class CountingSink(long expected) : IConnectorSink
    {
        private readonly TaskCompletionSource _done = new();

        public Task Done => _done.Task;

        public long Frames { get; private set; }

        public long Trades { get; private set; }

        public long Batches { get; private set; }

        public ValueTask AcceptAsync(FrameBatch batch, CancellationToken cancellationToken)
        {
            Frames += batch.Frames.Count;
            Trades += batch.Trades;
            Batches++;
            if (Frames == expected) _done.SetResult();
            return ValueTask.CompletedTask;
        }
    }
}
