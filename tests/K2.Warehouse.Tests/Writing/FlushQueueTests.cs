using K2.TestKit;
using K2.TestKit.Warehouse;
using K2.Warehouse.Writing;

namespace K2.Warehouse.Tests.Writing;

public sealed class FlushQueueTests
{
    private readonly ArmedTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EnterAsync_RowsOrBytesOrFlushesAreFull_CallersWaitInOrder()
    {
        foreach (var options in (WarehouseOptions[])[new() { QueueRows = 4 }, new() { QueueBytes = 1500 }, new() { QueueLength = 2 }])
        {
            var queue = new FlushQueue(options, _time);
            await queue.EnterAsync(Pending(2), Token);
            await queue.EnterAsync(Pending(2), Token);
            var third = queue.EnterAsync(Pending(2), Token);
            var fourth = queue.EnterAsync(Pending(1), Token);
            Assert.False(third.IsCompleted || fourth.IsCompleted);

            var group = queue.Take(1);
            Assert.Single(group);
            Assert.False(third.IsCompleted);
            queue.Release(group);

            await third;
            Assert.False(fourth.IsCompleted);
        }
    }

    [Fact]
    public async Task EnterAsync_FlushLargerThanTheBound_PassesAlone()
    {
        var queue = new FlushQueue(new WarehouseOptions { QueueRows = 4 }, _time);

        await queue.EnterAsync(Pending(9), Token);

        Assert.False(queue.EnterAsync(Pending(1), Token).IsCompleted);
        Assert.Single(queue.Take(1));
    }

    [Fact]
    public async Task EnterAsync_CancelledOutside_LeavesRoomForTheNext()
    {
        var queue = new FlushQueue(new WarehouseOptions { QueueRows = 4 }, _time);
        await queue.EnterAsync(Pending(3), Token);
        using var cancel = new CancellationTokenSource();
        var large = queue.EnterAsync(Pending(2), cancel.Token);
        var small = queue.EnterAsync(Pending(1), Token);
        Assert.False(small.IsCompleted);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal(0, queue.Outside);
    }

    [Fact]
    public async Task LingerAsync_CountsFromTheCall_AndEndsEarlyWhenEnoughCame()
    {
        var queue = new FlushQueue(new WarehouseOptions { LingerRows = 5 }, _time);
        await queue.EnterAsync(Pending(1), Token);
        _time.Advance(TimeSpan.FromMilliseconds(30));
        var armed = _time.WhenArmed(_ => true);
        var linger = queue.LingerAsync(Token);
        Assert.Equal(TimeSpan.FromMilliseconds(20), await armed);

        await queue.EnterAsync(Pending(4), Token);

        await linger;
        Assert.Equal(2, queue.Take(100).Count);
    }

    [Fact]
    public async Task LingerAsync_OldestWaitedBehindTheFlushBefore_DoesNotWaitAgain()
    {
        var queue = new FlushQueue(new WarehouseOptions(), _time);
        await queue.EnterAsync(Pending(1), Token);
        _time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.True(queue.LingerAsync(Token).IsCompleted);
    }

    private PendingFlush Pending(int rows) =>
        new(WarehouseSamples.Flush(WarehouseSamples.Named("T1"), 1, [.. Enumerable.Range(1, rows).Select(id => WarehouseSamples.Trade(id, id, id))]), _time.GetTimestamp());
}
