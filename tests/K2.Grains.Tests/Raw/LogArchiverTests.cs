using K2.Abstractions.Log;
using K2.Abstractions.Warehouse;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Grains.Raw;
using K2.TestKit.Log;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace K2.Grains.Tests.Raw;

/// <summary>What an archiver that follows a dead one writes.</summary>
public sealed class LogArchiverTests
{
    private const int Frames = 12;
    private static readonly string Topic = TopicNames.Raw(Exchange.Kraken);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(Frames)]
    public async Task RunAsync_BehindADeathBetweenInsertAndCommit_StoresEachFrameOnce(int inserted)
    {
        var log = new InMemoryLog([new LogTopic(Topic, 1)]);
        for (var number = 0; number < Frames; number++) await AppendAsync(log, "one", number);
        await AppendAsync(log, "two", 3);
        var store = new ArchiveStore(log);
        if (inserted > 0) store.Insert([ChunkOf("one", [.. Enumerable.Range(0, inserted).Select(number => (long)number)])]);

        await ArchiveAsync(store);

        Assert.Equal(Frames + 1, store.Frames.Count);
        Assert.Equal(Frames + 1, store.Frames.Distinct().Count());
    }

    [Fact]
    public async Task RunAsync_FramesBehindTheEndOfTheStart_AreNotLookedUp()
    {
        var log = new InMemoryLog([new LogTopic(Topic, 1)]);
        await AppendAsync(log, "one", 1);
        var store = new ArchiveStore(log);
        await ArchiveAsync(store, async () => await AppendAsync(log, "one", 2));

        Assert.Equal([("one", 1L), ("one", 2L)], store.Frames);
        Assert.Equal(1, store.LookUps);
    }

    // Runs until all is committed; meanwhile comes behind the first insert.
    private static async Task ArchiveAsync(ArchiveStore store, Func<Task>? meanwhile = null)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var time = new FakeTimeProvider();
        store.AfterWrite = async () =>
        {
            if (meanwhile is not { } more) return;
            meanwhile = null;
            await more();
        };
        using var archiver = new LogArchiver(store.Log, store, store, Topic, 0, new ArchiverOptions(), time, NullLogger.Instance);
        archiver.Hurry();
        var running = archiver.RunAsync(stop.Token);
        await store.CommittedToTheEnd.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await running;
    }

    private static async Task AppendAsync(InMemoryLog log, string origin, long number) =>
        await log.AppendAsync([new LogAppend(Topic, origin, 1, RawChunkCodec.Encode(ChunkOf(origin, [number])))], TestContext.Current.CancellationToken);

    private static RawChunk ChunkOf(string origin, long[] numbers) => new()
    {
        Exchange = Exchange.Kraken,
        Origin = origin,
        IsReplay = false,
        Sequences = numbers,
        ReceivedTimes = [.. numbers.Select(number => new Timestamp(number * 1000))],
        Frames = [.. numbers.Select(number => new ReadOnlyMemory<byte>([(byte)number]))],
    };
}
