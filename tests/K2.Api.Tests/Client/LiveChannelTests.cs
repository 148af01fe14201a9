using K2.Client.Watching;
using K2.Contracts.Live;
using Microsoft.Extensions.Time.Testing;

namespace K2.Api.Tests.Client;

public sealed class LiveChannelTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(50);
    private readonly FakeTimeProvider _time = new();
    private int _dropped;

    [Fact]
    public void OnEvent_InOrder_PassesAtOnce()
    {
        using var channel = Started(at: 5);

        Send(channel, 6, 7);

        Assert.Equal([6, 7], Read(channel));
    }

    [Fact]
    public void OnEvent_Backwards_WaitsForWhatIsMissing()
    {
        using var channel = Started(at: 5);

        Send(channel, 8, 7);
        Assert.Empty(Read(channel));
        Send(channel, 6);

        Assert.Equal([6, 7, 8], Read(channel));
        Assert.Equal(0, _dropped);
    }

    [Fact]
    public void OnEvent_LostEvent_ShowsAsAJumpAfterTheGrace()
    {
        using var channel = Started(at: 5);

        Send(channel, 7, 8);
        _time.Advance(Grace);
        Send(channel, 6, 9);

        Assert.Equal([7, 8, 9], Read(channel));
        Assert.Equal(1, _dropped);
    }

    [Fact]
    public void OnEvent_FirstOnes_AreSortedToo()
    {
        using var channel = new LiveChannel(100, _time, () => _dropped++);

        Send(channel, 3, 2, 4);
        Assert.Empty(Read(channel));
        _time.Advance(Grace);

        Assert.Equal([2, 3, 4], Read(channel));
    }

    [Fact]
    public void OnEvent_FarLowerSequence_IsANewCount()
    {
        using var channel = Started(at: 1_000_000);

        Send(channel, 2, 1);
        _time.Advance(Grace);

        Assert.Equal([1, 2], Read(channel));
    }

    [Fact]
    public void OnEvent_ManyWait_AreNotHeldForEver()
    {
        using var channel = Started(at: 5);

        Send(channel, Enumerable.Range(7, 257).Select(number => (long)number).ToArray());

        Assert.Equal(100, Read(channel).Count);
        Assert.Equal(157, _dropped);
    }

    [Fact]
    public async Task End_EventsWait_AreHandedOutFirst()
    {
        using var channel = Started(at: 5);
        Send(channel, 9, 8);

        channel.End(new InvalidOperationException("gone"));

        Assert.Equal([8, 9], Read(channel));
        await Assert.ThrowsAsync<InvalidOperationException>(() => channel.Reader.Completion);
    }

    private LiveChannel Started(long at)
    {
        var channel = new LiveChannel(100, _time, () => _dropped++);
        Send(channel, at);
        _time.Advance(Grace);
        Assert.Equal([at], Read(channel));
        return channel;
    }

    private static void Send(LiveChannel channel, params long[] sequences)
    {
        foreach (var sequence in sequences) Assert.True(channel.OnEvent(new LiveEvent { Trades = [], Candles = [], Sequence = sequence }).IsCompletedSuccessfully);
    }

    private static List<long> Read(LiveChannel channel)
    {
        var sequences = new List<long>();
        while (channel.Reader.TryRead(out var liveEvent)) sequences.Add(liveEvent.Sequence);
        return sequences;
    }
}
