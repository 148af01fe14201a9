using System.Text;
using K2.Abstractions.Cold;
using Xunit;

namespace K2.TestKit.Cold;

/// <summary>What every object store does. A test works below a prefix of its own, so that a shared store may hold other things.</summary>
public abstract class ObjectStoreConformance
{
    private static readonly byte[] One = Encoding.UTF8.GetBytes("one");
    private static readonly byte[] Two = Encoding.UTF8.GetBytes("the second");
    private readonly string _prefix = $"conformance/{Guid.NewGuid():N}/";

    /// <summary>The store under test.</summary>
    protected abstract IObjectStore Store { get; }

    /// <summary>More bytes than the store writes in one request.</summary>
    protected virtual int LargeSize => 6 << 20;

    [Fact]
    public async Task Put_ThenGet_GivesTheBytesAndReplacesThem()
    {
        await Store.PutAsync(Key("a/b.bin"), One, default);
        Assert.Equal(One, await Store.GetAsync(Key("a/b.bin"), default));

        await Store.PutAsync(Key("a/b.bin"), Two, default);
        Assert.Equal(Two, await Store.GetAsync(Key("a/b.bin"), default));
    }

    [Fact]
    public async Task Put_OfNothing_IsAnEmptyObject()
    {
        await Store.PutAsync(Key("empty"), ReadOnlyMemory<byte>.Empty, default);

        Assert.Empty((await Store.GetAsync(Key("empty"), default))!);
        Assert.Equal(0, (await Store.HeadAsync(Key("empty"), default))!.Value.Size);
    }

    [Fact]
    public async Task MissingObject_IsNullEverywhereAndMayBeDeleted()
    {
        Assert.Null(await Store.GetAsync(Key("none"), default));
        Assert.Null(await Store.GetRangeAsync(Key("none/of/these"), 0, 4, default));
        Assert.Null(await Store.HeadAsync(Key("none"), default));
        await Store.DeleteAsync([Key("none"), Key("none/of/these")], default);
    }

    [Fact]
    public async Task PutIfAbsent_ASecondTime_LeavesTheFirst()
    {
        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync(Key("once"), One, default));
        Assert.Equal(PutOutcome.AlreadyThere, await Store.PutIfAbsentAsync(Key("once"), Two, default));
        Assert.Equal(One, await Store.GetAsync(Key("once"), default));
    }

    [Fact]
    public async Task PutIfAbsent_AfterADelete_Creates()
    {
        await Store.PutIfAbsentAsync(Key("again"), One, default);
        await Store.DeleteAsync([Key("again")], default);

        Assert.Equal(PutOutcome.Created, await Store.PutIfAbsentAsync(Key("again"), Two, default));
    }

    [Fact]
    public async Task PutIfAbsent_ByManyAtOnce_CreatesOne()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(async writer => (writer, outcome: await Store.PutIfAbsentAsync(Key("race"), BitConverter.GetBytes(writer), default))));

        var winner = Assert.Single(outcomes, o => o.outcome == PutOutcome.Created).writer;
        Assert.Equal(winner, BitConverter.ToInt32(await Store.GetAsync(Key("race"), default)));
    }

    [Fact]
    public async Task Stream_LongerThanOneRequest_ArrivesWhole()
    {
        var bytes = new byte[LargeSize];
        new Random(17).NextBytes(bytes);

        // A stream that can neither seek nor say its length, as an encoder is.
        Assert.Equal(bytes.Length, await Store.PutAsync(Key("large"), new OneWay(bytes), default));

        Assert.Equal(bytes, await Store.GetAsync(Key("large"), default));
        Assert.Equal(3, await Store.PutAsync(Key("small"), new OneWay(One), default));
        Assert.Equal(One, await Store.GetAsync(Key("small"), default));
    }

    [Fact]
    public async Task Range_IsCutAtTheEnd()
    {
        await Store.PutAsync(Key("range"), Two, default);

        Assert.Equal("sec", Encoding.UTF8.GetString((await Store.GetRangeAsync(Key("range"), 4, 3, default))!));
        Assert.Equal("ond", Encoding.UTF8.GetString((await Store.GetRangeAsync(Key("range"), 7, 100, default))!));
        Assert.Empty((await Store.GetRangeAsync(Key("range"), 10, 5, default))!);
        Assert.Empty((await Store.GetRangeAsync(Key("range"), 3, 0, default))!);
    }

    [Fact]
    public async Task Head_GivesSizeAndTime()
    {
        await Store.PutAsync(Key("head"), Two, default);

        var found = await Store.HeadAsync(Key("head"), default);

        Assert.Equal((Key("head"), 10L), (found!.Value.Key, found.Value.Size));
        Assert.True(found.Value.LastModified > DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task List_GivesKeysOfThePrefixInOrder()
    {
        foreach (var key in new[] { "l/b/2", "l/a", "l/b/10", "l/c", "other/x" }) await Store.PutAsync(Key(key), One, default);

        Assert.Equal(["l/a", "l/b/10", "l/b/2", "l/c"], await ListAsync("l/"));
        Assert.Equal(["l/b/10"], await ListAsync("l/b/1"));
        Assert.Empty(await ListAsync("nothing/"));
    }

    [Fact]
    public async Task Delete_OfMany_LeavesTheRest()
    {
        foreach (var number in Enumerable.Range(0, 25)) await Store.PutAsync(Key($"d/{number:D3}"), One, default);

        await Store.DeleteAsync([.. Enumerable.Range(0, 24).Select(number => Key($"d/{number:D3}"))], default);

        Assert.Equal(["d/024"], await ListAsync("d/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData("../up")]
    [InlineData("a/../b")]
    [InlineData("a//b")]
    [InlineData("a/")]
    [InlineData(".hidden")]
    [InlineData("a b")]
    [InlineData("a\\b")]
    [InlineData("ä")]
    public async Task WrongKey_IsRefused(string key)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.PutAsync(key, One, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetAsync(key, default));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteAsync([key], default));
    }

    [Fact]
    public async Task Cancelled_Throws()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(Key("late"), new OneWay(One), cancelled.Token));
    }

    private string Key(string key) => _prefix + key;

    private async Task<List<string>> ListAsync(string prefix)
    {
        var keys = new List<string>();
        await foreach (var found in Store.ListAsync(Key(prefix), default)) keys.Add(found.Key[_prefix.Length..]);
        return keys;
    }

    private sealed class OneWay(byte[] bytes) : Stream
    {
        private int _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            // Never all that is asked for: a reader must ask again.
            var length = Math.Min(Math.Min(count, 70_000), bytes.Length - _position);
            bytes.AsSpan(_position, length).CopyTo(buffer.AsSpan(offset));
            _position += length;
            return length;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
