using System.Text;
using K2.Abstractions;
using K2.Abstractions.Diagnostics;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using static K2.Streaming.Tests.Embedded.LogFixture;

namespace K2.Streaming.Tests.Embedded;

public sealed class EmbeddedLogTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(30)]
    public async Task AppendAsync_DiskFullInTheMiddleOfAWrite_TakesItBackAndGoesOnWhenThereIsRoom(int room)
    {
        using var fixture = new LogFixture { TailBytes = 0 };
        await using (var log = await fixture.OpenAsync())
        {
            await AppendAsync(log, "one");
            fixture.Disk.Room = room;
            var full = await Assert.ThrowsAsync<K2Exception>(() => AppendAsync(log, "two"));
            Assert.True(full.IsTransient);
            Assert.Contains("disk is full", full.Message, StringComparison.Ordinal);
            Assert.Equal(["1/0 one"], await ReadAsync(log));

            fixture.Disk.Room = long.MaxValue;
            Assert.Equal(LogPosition.Create(1, 1), await AppendAsync(log, "three"));
        }

        await using var again = await fixture.OpenAsync();
        Assert.True(again.Recovery.IsClean);
        Assert.Equal(["1/0 one", "1/1 three"], await ReadAsync(again));
    }

    [Fact]
    public async Task AppendAsync_DiskFullAndItCannotBeTakenBack_IsTakenBackBeforeTheNextWrite()
    {
        using var fixture = new LogFixture();
        await using (var log = await fixture.OpenAsync())
        {
            fixture.Disk.Room = 30;
            fixture.Disk.FailTruncate = true;
            await Assert.ThrowsAsync<K2Exception>(() => AppendAsync(log, "a longer one"));
            fixture.Disk.Room = long.MaxValue;
            await Assert.ThrowsAsync<K2Exception>(() => AppendAsync(log, "two"));
            fixture.Disk.FailTruncate = false;
            await AppendAsync(log, "three");
        }

        await using var again = await fixture.OpenAsync();
        Assert.True(again.Recovery.IsClean);
        Assert.Equal(["1/0 three"], await ReadAsync(again));
    }

    [Fact]
    public async Task AppendAsync_SyncFails_NothingOfItIsReadable()
    {
        using var fixture = new LogFixture();
        await using var log = await fixture.OpenAsync();
        fixture.Disk.FailSync = true;

        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => AppendAsync(log, "one"))).IsTransient);

        Assert.Empty(await ReadAsync(log));
        fixture.Disk.FailSync = false;
        await AppendAsync(log, "two");
        Assert.Equal(["1/0 two"], await ReadAsync(log));
    }

    [Fact]
    public async Task AppendAsync_DiskFullWhenASegmentBegins_IsTransient()
    {
        using var fixture = new LogFixture { SegmentBytes = 4096 };
        await using var log = await fixture.OpenAsync();
        await AppendAsync(log, new string('x', 5000));

        fixture.Disk.Room = 0;
        Assert.True((await Assert.ThrowsAsync<K2Exception>(() => AppendAsync(log, "two"))).IsTransient);
        fixture.Disk.Room = long.MaxValue;

        Assert.Equal(1, (await AppendAsync(log, "three")).Offset);
        Assert.Equal(2, (await ReadAsync(log)).Count);
    }

    [Fact]
    public async Task AppendAsync_TooLarge_IsRefused()
    {
        using var fixture = new LogFixture();
        await using var log = await fixture.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => log.AppendAsync([new LogAppend(Topic, "k", 1, new byte[EmbeddedLog.MaxEntryBytes])], Token));
    }

    [Fact]
    public async Task Probe_AppendAndCommit_EntersTheStepsInOrder()
    {
        using var fixture = new LogFixture();
        var probe = new RecordingProbe();
        await using var log = await fixture.OpenAsync(probe: probe);

        await log.CommitAsync(Topic, 0, (await AppendAsync(log, "one")).Plus(1), Token);

        Assert.Equal([ProtocolStep.Append, ProtocolStep.Appended, ProtocolStep.Commit], probe.Steps);
    }

    [Fact]
    public async Task Retention_CommittedAndBeyondTheBytes_DeletesOldSegmentsOnly()
    {
        using var fixture = new LogFixture { SegmentBytes = 4096, RetainBytes = 10_000, TailBytes = 0 };
        await using var log = await fixture.OpenAsync();
        for (var i = 0; i < 20; i++) await AppendAsync(log, new string('x', 2000));
        Assert.Equal(LogPosition.Create(1, 0), await log.EarliestAsync(Topic, 0, Token));

        await CommitAndTidyAsync(fixture, log, LogPosition.Create(1, 8));
        var afterEight = await log.EarliestAsync(Topic, 0, Token);
        Assert.InRange(afterEight.Offset, 4, 8);
        await CommitAndTidyAsync(fixture, log, LogPosition.Create(1, 20));
        var afterAll = await log.EarliestAsync(Topic, 0, Token);

        Assert.InRange(afterAll.Offset, 9, 17);
        Assert.InRange(fixture.Segments().Sum(path => new FileInfo(path).Length), 4_000, 16_000);
        Assert.Equal(20 - afterAll.Offset, (await ReadAsync(log)).Count);
    }

    [Fact]
    public async Task Retention_OnePartitionNotCommitted_KeepsItsSegments()
    {
        using var fixture = new LogFixture { SegmentBytes = 4096, RetainBytes = 0, TailBytes = 0, Topics = [new LogTopic(Topic, 1), new LogTopic("other", 1)] };
        await using var log = await fixture.OpenAsync();
        await log.AppendAsync([Batch("precious", topic: "other")], Token);
        for (var i = 0; i < 10; i++) await AppendAsync(log, new string('x', 5000));

        await CommitAndTidyAsync(fixture, log, LogPosition.Create(1, 10));
        Assert.Equal(["1/0 precious"], await ReadAsync(log, topic: "other"));
        await log.CommitAsync("other", 0, LogPosition.Create(1, 1), Token);
        await CommitAndTidyAsync(fixture, log, (await AppendAsync(log, "last")).Plus(1));

        Assert.Equal(LogPosition.Create(1, 1), await log.EarliestAsync("other", 0, Token));
    }

    [Fact]
    public async Task Retention_OlderThanTheAge_GoesByTheClock()
    {
        using var fixture = new LogFixture { SegmentBytes = 4096, RetainAge = TimeSpan.FromHours(1), TailBytes = 0 };
        await using var log = await fixture.OpenAsync();
        for (var i = 0; i < 3; i++) await AppendAsync(log, new string('x', 5000));
        await CommitAndTidyAsync(fixture, log, LogPosition.Create(1, 2));
        Assert.Equal(0, (await log.EarliestAsync(Topic, 0, Token)).Offset);

        fixture.Time.Advance(TimeSpan.FromHours(2));
        await CommitAndTidyAsync(fixture, log, LogPosition.Create(1, 3));

        Assert.Equal(2, (await log.EarliestAsync(Topic, 0, Token)).Offset);
    }

    [Fact]
    public async Task Reader_BelowWhatIsKept_StartsAtTheEarliest()
    {
        using var fixture = new LogFixture { SegmentBytes = 4096, RetainBytes = 0, TailBytes = 0 };
        await using var log = await fixture.OpenAsync();
        await using var early = log.OpenReader(Topic, 0, LogPosition.None);
        for (var i = 0; i < 5; i++) await AppendAsync(log, new string((char)('a' + i), 5000));
        await early.ReadAsync(1, TimeSpan.Zero, Token);
        await CommitAndTidyAsync(fixture, log, LogPosition.Create(1, 5));

        // The reader was in a segment that is gone.
        var next = await early.ReadAsync(1, TimeSpan.Zero, Token);

        Assert.Equal(4, next[0].First.Offset);
        Assert.Equal("eeeee", Encoding.UTF8.GetString(next[0].Payload.AsSpan(0, 5)));
    }

    [Fact]
    public async Task Reader_BulkOfOtherPartitionsBetween_ReadsItsOwn()
    {
        using var fixture = new LogFixture { TailBytes = 0, SegmentBytes = 1 << 20, Topics = [new LogTopic(Topic, 1), new LogTopic("bulk", 1)] };
        await using var log = await fixture.OpenAsync();
        for (var i = 0; i < 100; i++)
        {
            await log.AppendAsync([Batch($"{i}"), new LogAppend("bulk", "c", 1, new byte[(i % 7) * 9_000]), Batch($"{i}b")], Token);
        }

        Assert.Equal(Enumerable.Range(0, 100).SelectMany(i => (string[])[$"1/{i * 2} {i}", $"1/{(i * 2) + 1} {i}b"]), await ReadAsync(log));
        Assert.Equal(100, (await ReadAsync(log, topic: "bulk")).Count);
    }

    [Fact]
    public async Task Reader_EntryLargerThanItsBuffer_IsRead()
    {
        using var fixture = new LogFixture { TailBytes = 0 };
        await using var log = await fixture.OpenAsync();
        var large = new string('y', 3_000_000);
        await AppendAsync(log, "before");
        await AppendAsync(log, large);
        await AppendAsync(log, "after");

        Assert.Equal(["1/0 before", "1/1 " + large, "1/2 after"], await ReadAsync(log));
    }

    [Fact]
    public async Task Reader_BitRotWhileTheLogIsOpen_ThrowsInsteadOfSkipping()
    {
        using var fixture = new LogFixture { TailBytes = 0 };
        await using var log = await fixture.OpenAsync();
        await AppendAsync(log, "one");
        await AppendAsync(log, "two");
        Damage(fixture.LastSegment(), (await File.ReadAllBytesAsync(fixture.LastSegment(), Token)).AsSpan().IndexOf("two"u8));
        await using var reader = log.OpenReader(Topic, 0, LogPosition.Create(1, 1));

        for (var i = 0; i < 2; i++) await Assert.ThrowsAsync<CorruptRecordException>(async () => await reader.ReadAsync(100, TimeSpan.Zero, Token));
    }

    [Fact]
    public async Task Readers_TailSmallerThanTheBacklog_CrossFromFilesToMemory()
    {
        using var fixture = new LogFixture { SegmentBytes = 8192, TailBytes = 4096 };
        await using var log = await fixture.OpenAsync();
        await using var reader = log.OpenReader(Topic, 0, LogPosition.None);
        var random = new Random(5);
        int appended = 0, read = 0;
        while (appended < 600)
        {
            for (var i = random.Next(1, 30); i > 0; i--) await AppendAsync(log, $"{appended++}".PadRight(random.Next(3, 200)));
            foreach (var entry in await reader.ReadAsync(random.Next(1, 3000), TimeSpan.Zero, Token))
            {
                Assert.Equal(read, entry.First.Offset);
                Assert.Equal($"{read++}", Encoding.UTF8.GetString(entry.Payload).TrimEnd());
            }
        }

        while (await reader.ReadAsync(10_000, TimeSpan.Zero, Token) is { Count: > 0 } rest) read += rest.Count;
        Assert.Equal(appended, read);
    }

    // A commit after a second of the clock lets the writer look; the append behind it shows that it has looked.
    private static async Task CommitAndTidyAsync(LogFixture fixture, EmbeddedLog log, LogPosition position)
    {
        await log.CommitAsync(Topic, 0, position, Token);
        fixture.Time.Advance(TimeSpan.FromSeconds(2));
        await log.TidyAsync();
    }

    private sealed class RecordingProbe : IProtocolProbe
    {
        public List<ProtocolStep> Steps { get; } = [];

        public void Enter(ProtocolStep step)
        {
            lock (Steps) Steps.Add(step);
        }
    }
}
