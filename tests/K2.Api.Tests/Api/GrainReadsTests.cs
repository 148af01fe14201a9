using K2.Api.Http;
using K2.Api.Tests.Hosting;
using K2.Contracts.Live;
using K2.TestKit;

namespace K2.Api.Tests.Api;

/// <summary>Reads of grains while a silo dies.</summary>
public sealed class GrainReadsTests(TestPlatform platform)
{
    private readonly ArmedTimeProvider _time = new();

    [Fact]
    public async Task Refused_IsAskedAgain()
    {
        var asked = 0;

        var answer = await WithClockAsync(() => AskAsync(_ => ++asked < 3 ? throw new OrleansException("no silo") : Task.FromResult(asked)));

        Assert.Equal(3, answer);
    }

    [Fact]
    public async Task Hanging_IsAskedAgain()
    {
        var asked = 0;

        var answer = await WithClockAsync(() => AskAsync(token => ++asked == 1 ? HangAsync(token) : Task.FromResult(asked)));

        Assert.Equal(2, answer);
    }

    [Fact]
    public async Task RefusedForGood_Ends()
    {
        var start = _time.GetTimestamp();

        await Assert.ThrowsAsync<OrleansException>(() => WithClockAsync(() => AskAsync(_ => throw new OrleansException("no silo"))));

        Assert.InRange(_time.GetElapsedTime(start), GrainReads.Limit, 2 * GrainReads.Limit);
    }

    [Fact]
    public async Task Mistake_IsNotAskedAgain()
    {
        var asked = 0;

        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync(_ => ++asked > 0 ? throw new ArgumentException("wrong") : Task.FromResult(0)));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task RequestGone_EndsAtOnce()
    {
        using var gone = new CancellationTokenSource();
        var asking = AskAsync(HangAsync, gone.Token);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static async Task<int> HangAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.Infinite, cancellationToken);
        return 0;
    }

    private Task<int> AskAsync(Func<CancellationToken, Task<int>> ask, CancellationToken cancellationToken = default) =>
        new GrainReads(platform.Grains, _time).AskAsync("binance:BTC/USDT", (ILiveGrain _, CancellationToken token) => ask(token), cancellationToken);

    // Time passes when somebody waits for it.
    private async Task<int> WithClockAsync(Func<Task<int>> ask)
    {
        var armed = _time.WhenArmed(_ => true);
        var asking = ask();
        while (await Task.WhenAny(asking, armed) != asking)
        {
            var due = await armed;
            armed = _time.WhenArmed(_ => true);
            _time.Advance(due);
        }

        return await asking;
    }
}
