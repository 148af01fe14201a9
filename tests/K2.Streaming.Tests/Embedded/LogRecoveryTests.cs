using K2.Abstractions;
using K2.Abstractions.Log;
using K2.Domain.Log;
using K2.Streaming.Embedded;
using static K2.Streaming.Tests.Embedded.LogFixture;

namespace K2.Streaming.Tests.Embedded;

public sealed class LogRecoveryTests : IDisposable
{
    private readonly LogFixture _fixture = new() { TailBytes = 0 };

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task OpenAsync_EmptyFolder_IsCreatedInEpochOne()
    {
        await using var log = await _fixture.OpenAsync();

        Assert.True(log.Recovery.Created);
        Assert.True(log.Recovery.IsClean);
        Assert.Equal(new EpochChange(Topic, 0, 1, "created"), Assert.Single(log.Recovery.EpochChanges));
    }

    [Fact]
    public async Task OpenAsync_AfterCleanEnd_ChangesNothing()
    {
        await using (var log = await _fixture.OpenAsync()) await AppendAsync(log, "one");

        for (var i = 0; i < 5; i++)
        {
            await using var again = await _fixture.OpenAsync();
            Assert.True(again.Recovery.IsClean);
            Assert.Empty(again.Recovery.EpochChanges);
            Assert.Equal(["1/0 one"], await ReadAsync(again));
        }

        // Empty segments of idle starts do not pile up.
        Assert.Equal(2, _fixture.Segments().Count);
    }

    [Fact]
    public async Task OpenAsync_TornAtEveryByteOfTheLastEntry_KeepsTheRestAndRaisesTheEpoch()
    {
        await using (var log = await _fixture.OpenAsync())
        {
            await AppendAsync(log, "one", 2);
            await AppendAsync(log, "two", 3);
            await AppendAsync(log, "three");
        }

        var length = FrameHeader.Size + "k".Length + "three".Length;
        for (var missing = 1; missing < length; missing++)
        {
            var copy = _fixture.Sub($"torn-{missing}");
            TemporaryFolder.Copy(_fixture.Folder, copy);
            Cut(_fixture.LastSegment(copy), missing);

            await using var log = await _fixture.OpenAsync(folder: copy);
            Assert.Equal(length - missing, log.Recovery.TruncatedBytes);
            Assert.False(log.Recovery.IsClean);
            Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(log, "four"));
            Assert.Equal(["1/0 one", "1/2 two", "2/0 four"], await ReadAsync(log));
        }
    }

    [Fact]
    public async Task OpenAsync_LastEntryDamagedAtEveryByte_IsCutOff()
    {
        await using (var log = await _fixture.OpenAsync())
        {
            await AppendAsync(log, "one");
            await AppendAsync(log, "two");
        }

        var length = FrameHeader.Size + "k".Length + "two".Length;
        var size = new FileInfo(_fixture.LastSegment()).Length;
        for (var at = 1; at <= length; at++)
        {
            var copy = _fixture.Sub($"damaged-{at}");
            TemporaryFolder.Copy(_fixture.Folder, copy);
            Damage(_fixture.LastSegment(copy), size - at);

            await using var log = await _fixture.OpenAsync(folder: copy);
            Assert.False(log.Recovery.IsClean);
            Assert.Equal(length, log.Recovery.TruncatedBytes);
            Assert.Equal(["1/0 one"], await ReadAsync(log));
        }
    }

    [Fact]
    public async Task OpenAsync_CutAtAnEntryBoundaryBelowTheCommit_RaisesTheEpoch()
    {
        await using (var log = await _fixture.OpenAsync())
        {
            await AppendAsync(log, "one");
            await log.CommitAsync(Topic, 0, (await AppendAsync(log, "two")).Plus(1), Token);
        }

        Cut(_fixture.LastSegment(), FrameHeader.Size + 1 + 3);

        await using var again = await _fixture.OpenAsync();
        Assert.Contains("was committed", Assert.Single(again.Recovery.EpochChanges).Reason, StringComparison.Ordinal);
        Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(again, "three"));
        Assert.Equal(["2/0 three"], await ReadAsync(again, await again.CommittedAsync(Topic, 0, Token)));
    }

    [Fact]
    public async Task OpenAsync_CutAtAnEntryBoundaryBelowWhatIsSeenDownstream_RaisesTheEpoch()
    {
        LogPosition two;
        await using (var log = await _fixture.OpenAsync())
        {
            await AppendAsync(log, "one");
            two = await AppendAsync(log, "two");
        }

        Cut(_fixture.LastSegment(), FrameHeader.Size + 1 + 3);

        await using var again = await _fixture.OpenAsync(two);
        Assert.Contains("known downstream", Assert.Single(again.Recovery.EpochChanges).Reason, StringComparison.Ordinal);
        Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(again, "three"));
    }

    [Fact]
    public async Task OpenAsync_FolderDeleted_StartsAboveWhatIsSeenDownstream()
    {
        LogPosition last;
        await using (var log = await _fixture.OpenAsync()) last = await AppendAsync(log, "one", 5);
        Directory.Delete(_fixture.Folder, recursive: true);

        await using var again = await _fixture.OpenAsync(last.Plus(4));

        Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(again, "two"));
        Assert.Equal(["2/0 two"], await ReadAsync(again));
    }

    [Fact]
    public async Task OpenAsync_OnlySegmentsDeleted_StartsAboveWhatWasCommitted()
    {
        await using (var log = await _fixture.OpenAsync()) await log.CommitAsync(Topic, 0, (await AppendAsync(log, "one")).Plus(1), Token);
        foreach (var segment in _fixture.Segments()) File.Delete(segment);

        await using var again = await _fixture.OpenAsync();

        Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(again, "two"));
        Assert.Equal(["2/0 two"], await ReadAsync(again, await again.CommittedAsync(Topic, 0, Token)));
    }

    [Fact]
    public async Task OpenAsync_CommitsDeleted_ReadsFromTheEarliest()
    {
        await using (var log = await _fixture.OpenAsync()) await log.CommitAsync(Topic, 0, (await AppendAsync(log, "one")).Plus(1), Token);
        File.Delete(Path.Combine(_fixture.Folder, "committed"));

        await using var again = await _fixture.OpenAsync();

        Assert.Equal(LogPosition.None, await again.CommittedAsync(Topic, 0, Token));
        Assert.Equal(["1/0 one"], await ReadAsync(again));
    }

    [Fact]
    public async Task OpenAsync_DamageInTheMiddle_KeepsTheRestAndTheDamagedFile()
    {
        await using (var log = await _fixture.OpenAsync())
        {
            foreach (var payload in (string[])["one", "two", "three", "four"]) await AppendAsync(log, payload);
        }

        var segment = _fixture.LastSegment();
        var before = await File.ReadAllBytesAsync(segment, Token);
        Damage(segment, before.AsSpan().IndexOf("two"u8));

        await using (var log = await _fixture.OpenAsync())
        {
            Assert.Equal(FrameHeader.Size + 1 + 3, log.Recovery.SkippedBytes);
            Assert.Equal(0, log.Recovery.TruncatedBytes);
            Assert.Equal(before.Length, new FileInfo(Assert.Single(log.Recovery.PreservedFiles)).Length);
            await AppendAsync(log, "five");
            Assert.Equal(["1/0 one", "1/2 three", "1/3 four", "2/0 five"], await ReadAsync(log));
        }

        await using var again = await _fixture.OpenAsync();
        Assert.True(again.Recovery.IsClean);
        Assert.Equal(["1/0 one", "1/2 three", "1/3 four", "2/0 five"], await ReadAsync(again));
    }

    [Fact]
    public async Task OpenAsync_EarlierSegmentCutOrMissing_IsReported()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var log = await _fixture.OpenAsync();
            await AppendAsync(log, $"entry {i}");
        }

        var copy = _fixture.Sub("missing");
        TemporaryFolder.Copy(_fixture.Folder, copy);
        File.Delete(_fixture.Segments(copy)[1]);
        Cut(_fixture.Segments()[1], FrameHeader.Size + 1 + 7);

        foreach (var folder in (string[])[copy, _fixture.Folder])
        {
            await using var log = await _fixture.OpenAsync(folder: folder);
            Assert.Contains("are missing", Assert.Single(log.Recovery.EpochChanges).Reason, StringComparison.Ordinal);
            Assert.Equal(["1/0 entry 0", "1/2 entry 2"], await ReadAsync(log));
            Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(log, "next"));
        }
    }

    [Fact]
    public async Task OpenAsync_HeaderOfTheOnlySegmentDamaged_LosesNothingSilently()
    {
        await using (var log = await _fixture.OpenAsync()) await AppendAsync(log, "one");
        Damage(_fixture.LastSegment(), 20, 8);

        await using var again = await _fixture.OpenAsync(LogPosition.Create(1, 0));

        Assert.False(again.Recovery.IsClean);
        Assert.Single(again.Recovery.PreservedFiles);
        Assert.Equal(LogPosition.Create(2, 0), await AppendAsync(again, "two"));
    }

    [Fact]
    public async Task OpenAsync_FolderInUse_IsOneClearLine()
    {
        await using var log = await _fixture.OpenAsync();

        var refused = await Assert.ThrowsAsync<StartupException>(() => _fixture.OpenAsync());

        Assert.Contains("in use", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_fixture.Folder, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task OpenAsync_FolderIsAFile_IsOneClearLine()
    {
        await File.WriteAllTextAsync(_fixture.Folder, "", Token);

        var refused = await Assert.ThrowsAsync<StartupException>(() => _fixture.OpenAsync());

        Assert.Contains(_fixture.Folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_TopicNoLongerConfigured_KeepsItsData()
    {
        using var both = new LogFixture { Topics = [new LogTopic(Topic, 1), new LogTopic("other", 2)] };
        using var one = new LogFixture();
        await using (var log = await both.OpenAsync()) await log.AppendAsync([Batch("kept", topic: "other")], Token);
        await using (var log = await one.OpenAsync(folder: both.Folder)) await AppendAsync(log, "one");

        await using var again = await both.OpenAsync();
        var partition = again.PartitionOf("other", "k");

        Assert.Equal(["1/0 kept"], await ReadAsync(again, topic: "other", partition: partition));
        Assert.Equal(["1/0 one"], await ReadAsync(again));
    }
}
