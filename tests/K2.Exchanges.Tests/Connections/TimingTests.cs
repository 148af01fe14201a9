using K2.Exchanges.Connections;
using K2.TestKit;

namespace K2.Exchanges.Tests.Connections;

public sealed class TimingTests
{
    [Fact]
    public void Next_Failures_WaitsGrowWithinBounds()
    {
        TimeSpan min = TimeSpan.FromSeconds(1), max = TimeSpan.FromSeconds(60);
        var backoff = new Backoff(min, max, new Random(7));
        var ceiling = min;

        for (var i = 0; i < 50; i++)
        {
            ceiling = ceiling * 2 > max ? max : ceiling * 2;
            Assert.InRange(backoff.Next(null), min, ceiling);
        }

        Assert.Equal(TimeSpan.FromSeconds(90), backoff.Next(TimeSpan.FromSeconds(90)));
        backoff.Reset();
        Assert.InRange(backoff.Next(null), min, 2 * min);
    }

    [Fact]
    public async Task Wait_FifthMessageInASecond_Waits()
    {
        var time = new ArmedTimeProvider();
        var limiter = new MessageLimiter(5, time);
        var armed = time.WhenArmed(_ => true);
        for (var i = 0; i < 4; i++) await limiter.WaitAsync(TestContext.Current.CancellationToken);

        var fifth = limiter.WaitAsync(TestContext.Current.CancellationToken).AsTask();

        await armed;
        Assert.False(fifth.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await fifth;
    }
}
