using K2.Api.Http;
using K2.Api.Tests.Hosting;
using K2.Contracts.Live;
using Microsoft.Extensions.Time.Testing;

namespace K2.Api.Tests.Api;

/// <summary>Reads of grains while a silo dies.</summary>
public sealed class GrainReadsTests(TestPlatform platform)
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Refused_IsAskedAgain()
    {
        var asked = 0;

        var answer = await WithClockAsync(AskAsync(_ => ++asked < 3 ? throw new OrleansException("no silo") : Task.FromResult(asked)));

        Assert.Equal(3, answer);
    }

    [Fact]
    public async Task Hanging_IsAskedAgain()
    {
        var asked = 0;

        var answer = await WithClockAsync(AskAsync(token => ++asked == 1 ? HangAsync(token) : Task.FromResult(asked)));

        Assert.Equal(2, answer);
    }

    [Fact]
    public async Task RefusedForGood_Ends()
    {
        var start = _time.GetTimestamp();

        await Assert.ThrowsAsync<OrleansException>(() => WithClockAsync(AskAsync(_ => throw new OrleansException("no silo"))));

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

    // Time passes only while nothing else does.
    private async Task<int> WithClockAsync(Task<int> asking)
    {
        while (await Task.WhenAny(asking, Task.Delay(TimeSpan.FromMilliseconds(1), TestContext.Current.CancellationToken)) != asking) _time.Advance(TimeSpan.FromMilliseconds(100));
        return await asking;
    }
}
