using K2.Api.Tests.Hosting;
using K2.Client;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Client;

/// <summary>Closed candles without loss or repeat: from the table first, then as they are told, and from the table again where a call was lost.</summary>
public sealed class WatchCandlesTests(TestPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WatchCandles_StoredToldRepeatedAndLost_YieldsEachOnceInOrder()
    {
        var grain = platform.Symbol("binance:CLOSED/USDT");
        await grain.Store(Event(10, minute: 0, revision: 0));
        await grain.Store(Event(20, minute: 1, revision: 0));
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, cancellationToken: Token);
        await using (var watch = k2.WatchCandlesAsync("binance", "CLOSED/USDT", "1m", 0, Token).GetAsyncEnumerator(Token))
        {
            Assert.Equal((10, 0), await NextAsync(watch));
            Assert.Equal((20, 0), await NextAsync(watch));
            var questions = await grain.Questions();

            // Told, and told again in another cut; of another timeframe.
            await grain.Tell(Batch(20, 30, Event(30, 1, 1)));
            Assert.Equal((30, 1), await NextAsync(watch));
            await grain.Tell(Batch(20, 40, Event(30, 1, 1), Event(40, 2, 0), Event(40, 2, 0) with { Candle = Samples.Candle(2).ToView(Samples.Btc) with { Timeframe = "5m" } }));
            Assert.Equal((40, 0), await NextAsync(watch));
            Assert.Equal(questions, await grain.Questions());

            // A call was lost: the next one does not fit, and what was missed is read. A crash has left one revision at two versions.
            await grain.Store(Event(50, 1, 2));
            await grain.Store(Event(55, 1, 2));
            await grain.Store(Event(60, 3, 0));
            await grain.Tell(Batch(50, 60, Event(60, 3, 0)));
            Assert.Equal((50, 2), await NextAsync(watch));
            Assert.Equal((60, 0), await NextAsync(watch));
            Assert.True(await grain.Questions() > questions);
        }

        Assert.Equal(0, await grain.Observers());
    }

    [Fact]
    public async Task WatchCandles_UnknownTimeframe_IsRefusedInWords()
    {
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, cancellationToken: Token);

        var refused = await Assert.ThrowsAsync<K2ClientException>(async () => await k2.WatchCandlesAsync("binance", "BTC/USDT", "7m", cancellationToken: Token).GetAsyncEnumerator(Token).MoveNextAsync());
        Assert.Contains("'7m' is no timeframe", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<(long Version, int Revision)> NextAsync(IAsyncEnumerator<CandleEvent> watch)
    {
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Patience, Token));
        return (watch.Current.Version, watch.Current.Candle.Revision);
    }

    private static CandleEventBatch Batch(long after, long upTo, params CandleEvent[] events) => new() { After = after, UpTo = upTo, Events = [.. events], HasMore = false };

    private static CandleEvent Event(long version, int minute, int revision)
    {
        var candle = Samples.Candle(minute);
        return new()
        {
            Kind = revision == 0 ? CandleEventKind.CandleClosed : CandleEventKind.CandleRevised,
            Candle = candle.ToView(Samples.Btc) with { Revision = revision },
            Version = version,
            KnownAt = candle.WindowEnd.ToDateTime(),
        };
    }
}
