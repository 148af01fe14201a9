using K2.Domain.Log;

namespace K2.Grains.Tests.Connectors;

/// <summary>A broker that is down, slow, or not the leader any more, seen from a connector: nothing is dropped, memory is bounded, and it goes on by itself.</summary>
public sealed class BrokerOutageTests
{
    // One append of the sink takes at most 16 batches out of its buffer; behind them the buffer is full, and one batch waits for room.
    private const int MostBatches = 16 + OutageWorld.PendingBatches + 1;

    [Fact]
    public async Task BrokerDown_ForFiveMinutesOfTrades_TheSocketIsReadNoFurtherAndAllIsThereInTheEnd()
    {
        await using var world = await OutageWorld.StartAsync(deliveryTimeout: TimeSpan.FromSeconds(1));
        await world.TradeAsync(seconds: 5);
        await world.TakenAsync("before the outage");
        var framesBefore = world.Frames;

        world.Kafka.SetDown();
        await world.TradeAsync(seconds: 60);
        await world.Watch.UntilAsync(() => world.Watch.Received - world.Watch.Taken == OutageWorld.PendingBatches + 1, "the buffer, to its bound");
        var frames = world.Frames;
        await world.TradeAsync(seconds: 240);
        await world.Watch.UntilAsync(() => world.Watch.Failures >= 2, "appends that the client has given up, and that are repeated");

        Assert.Equal(frames, world.Frames);
        Assert.InRange(frames - framesBefore, 1, MostBatches * OutageWorld.FramesPerBatch);
        Assert.InRange(world.Exchange.Ledger.Made, 305 * OutageWorld.TradesPerSecond, long.MaxValue);
        Assert.InRange(world.Log.PendingMessages, 0, 16 * OutageWorld.FramesPerBatch * 4);

        world.Kafka.SetUp();
        await world.Watch.UntilAsync(() => world.Status is { Connects: >= 2, State: "streaming" }, "the next connection");
        await world.TradeAsync(seconds: 5);
        await world.TakenAsync("after the outage");

        var gaps = await world.AssertExactAsync();
        Assert.NotEmpty(gaps);
        Assert.Equal(gaps.Count(gap => gap.Kind == RecordKind.GapOpened), gaps.Count(gap => gap.Kind == RecordKind.GapClosed));
        Assert.DoesNotContain(gaps, gap => gap.Kind == RecordKind.GapGivenUp);
        Assert.InRange(world.Watch.MostWaiting, OutageWorld.PendingBatches + 1, MostBatches);
    }

    [Fact]
    public async Task StoppedWhileTheBufferIsFull_EndsWithTheBroker_AndLeavesNothingBehind()
    {
        await using var world = await OutageWorld.StartAsync(deliveryTimeout: TimeSpan.FromSeconds(1));
        await world.TradeAsync(seconds: 5);
        await world.TakenAsync("before the outage");
        world.Kafka.SetDown();
        await world.TradeAsync(seconds: 60);
        await world.Watch.UntilAsync(() => world.Watch.Received - world.Watch.Taken == OutageWorld.PendingBatches + 1, "the buffer, to its bound");

        var stopping = world.StopAsync();
        Assert.False(stopping.IsCompleted);
        world.Kafka.SetUp();
        await stopping.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal("idle", world.Status.State);
        Assert.Equal(0, world.Watch.UnderWay);

        // The batch that waited for room may have been given up: it is a gap, which the next start finds.
        Assert.InRange(world.Watch.Received - world.Watch.Taken, 0, 1);
        await world.StopAsync();
    }

    [Fact]
    public async Task BrokerSlow_TwoSecondsAnAnswer_BatchesAreGatheredAndNothingIsLost()
    {
        await using var world = await OutageWorld.StartAsync();
        await world.TradeAsync(seconds: 1);
        await world.TakenAsync("before");

        world.Kafka.SetRoundTrip(TimeSpan.FromSeconds(2));
        await world.TradeAsync(seconds: 5);
        await world.TakenAsync("behind a slow broker");
        world.Kafka.SetRoundTrip(TimeSpan.Zero);

        await world.AssertExactAsync();
        Assert.Equal(0, world.Watch.Failures);
        Assert.InRange(world.Watch.MostWaiting, 1, MostBatches);
        Assert.Equal(1, world.Status.Connects);
    }

    [Fact]
    public async Task LeaderMoved_AgainAndAgainWhileTradesCome_NothingIsLostDoubledOrOutOfOrder()
    {
        await using var world = await OutageWorld.StartAsync(brokers: 3);

        for (var round = 0; round < 10; round++)
        {
            for (var partition = 0; partition < 2; partition++) world.Kafka.SetLeader(OutageWorld.Topic, partition, 1 + ((round + partition) % 3));
            await world.TradeAsync(seconds: 1);
        }

        await world.TakenAsync("all of it");

        await world.AssertExactAsync();
        foreach (var ids in (await world.ReadAsync()).Ids.Values) Assert.Equal(ids.Order(), ids);
        Assert.Equal(0, world.Watch.Failures);
    }
}
