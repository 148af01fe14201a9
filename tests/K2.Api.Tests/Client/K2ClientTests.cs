using K2.Api.Tests.Hosting;
using K2.Client;
using K2.Contracts.Live;
using K2.Contracts.Symbols;
using Microsoft.Extensions.Time.Testing;

namespace K2.Api.Tests.Client;

public sealed class K2ClientTests(TestPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetLastTrade_ThroughTheGateway_AnswersExactly()
    {
        var trade = Samples.Trade(9).Trade.ToView(Samples.KrakenBtc) with { Symbol = "LAST/USD" };
        await platform.Live("kraken:LAST/USD").SetLastTrade(trade);
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints.Url, cancellationToken: Token);

        Assert.Equal(trade, await k2.GetLastTradeAsync("kraken", "last-usd", Token));
        Assert.Null(await k2.GetLastTradeAsync("kraken", "NONE/USD", Token));
    }

    [Fact]
    public async Task GetCandles_OverSeveralPages_EqualsWhatIsStored()
    {
        await using var k2 = await RestClientAsync();

        var candles = await k2.GetCandlesAsync("binance", "BTC/USDT", "1m", cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, 1_200).Select(minute => Samples.Candle(minute).ToView(Samples.Btc)), candles);
    }

    [Fact]
    public async Task GetCandles_Window_IsHalfOpen()
    {
        await using var k2 = await RestClientAsync();
        var start = new DateTimeOffset(Samples.Start.ToDateTime());

        var candles = await k2.GetCandlesAsync("binance", "BTC/USDT", "1m", start.AddMinutes(1), start.AddMinutes(3), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal([Samples.Minute(1).ToDateTime(), Samples.Minute(2).ToDateTime()], candles.Select(candle => candle.WindowStart));
    }

    [Fact]
    public async Task GetTrades_All_EqualsWhatIsStored()
    {
        await using var k2 = await RestClientAsync();

        var trades = await k2.GetTradesAsync("binance", "BTC/USDT", cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, 1_000).Select(number => Samples.Trade(number).Trade.ToView(Samples.Btc)), trades);
    }

    [Fact]
    public async Task GetStatus_Always_AnswersCounters()
    {
        await using var k2 = await RestClientAsync();

        var status = await k2.GetStatusAsync(Token);

        Assert.Equal(123, status.Counters["frames"]);
        Assert.Equal(3, (await k2.GetSymbolsAsync(Token)).Count);
    }

    [Fact]
    public async Task Watch_EventsPublished_YieldsThemAndUnsubscribesAtTheEnd()
    {
        var live = platform.Live("binance:WATCH/USDT");
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, cancellationToken: Token);
        await using (var watch = k2.WatchAsync("binance", "WATCH/USDT", Token).GetAsyncEnumerator(Token))
        {
            var first = watch.MoveNextAsync().AsTask();
            await SubscribedAsync(live, 1);
            await live.Publish(Event(1));
            await live.Publish(Event(2));

            Assert.True(await first.WaitAsync(Patience, Token));
            Assert.Equal(1, watch.Current.Sequence);
            Assert.Equal(Event(1).Trades[0], watch.Current.Trades[0]);
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(2, watch.Current.Sequence);
            Assert.Equal(1, await live.Observers());
        }

        Assert.Equal(0, await live.Observers());
    }

    [Fact]
    public async Task Watch_Burst_ComesInOrder()
    {
        var live = platform.Live("binance:BURST/USDT");
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, cancellationToken: Token);
        await using var watch = k2.WatchAsync("binance", "BURST/USDT", Token).GetAsyncEnumerator(Token);
        var first = watch.MoveNextAsync().AsTask();
        await SubscribedAsync(live, 1);

        for (var sequence = 1; sequence <= 60; sequence++) await live.Publish(Event(sequence));
        await first.WaitAsync(Patience, Token);
        var seen = new List<long> { watch.Current.Sequence };
        while (seen.Count < 60)
        {
            await watch.MoveNextAsync();
            seen.Add(watch.Current.Sequence);
        }

        Assert.Equal(Enumerable.Range(1, 60).Select(sequence => (long)sequence), seen);
    }

    [Fact]
    public async Task Watch_Cancelled_ThrowsAndUnsubscribes()
    {
        var live = platform.Live("binance:CANCEL/USDT");
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, cancellationToken: Token);
        using var stop = new CancellationTokenSource();
        var watching = Task.Run(async () =>
        {
            await foreach (var unused in k2.WatchAsync("binance", "CANCEL/USDT", stop.Token)) Assert.NotNull(unused);
        }, Token);
        await SubscribedAsync(live, 1);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watching.WaitAsync(Patience, Token));
        Assert.Equal(0, await live.Observers());
    }

    [Fact]
    public async Task Watch_AfterAMinute_RenewsItsSubscription()
    {
        var time = new FakeTimeProvider();
        var live = platform.Live("binance:RENEW/USDT");
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, new K2ClientOptions { Time = time }, Token);
        await using var watch = k2.WatchAsync("binance", "RENEW/USDT", Token).GetAsyncEnumerator(Token);
        var first = watch.MoveNextAsync().AsTask();
        await SubscribedAsync(live, 1);

        // The renewal's delay may not be armed yet at the first step: time goes on until it was seen.
        await UntilAsync(async () =>
        {
            time.Advance(TimeSpan.FromMinutes(1));
            return await live.Subscriptions() >= 2;
        });
        await live.Publish(Event(1));
        await UntilAsync(() =>
        {
            time.Advance(TimeSpan.FromMilliseconds(50));
            return Task.FromResult(first.IsCompleted);
        });

        Assert.True(await first);
        Assert.Equal(1, await live.Observers());
    }

    [Fact]
    public async Task Watch_SlowReader_DropsTheOldestAndCounts()
    {
        var live = platform.Live("binance:SLOW/USDT");
        await using var k2 = await K2Client.ConnectAsync(platform.Endpoints, new K2ClientOptions { WatchCapacity = 2 }, Token);
        await using var watch = k2.WatchAsync("binance", "SLOW/USDT", Token).GetAsyncEnumerator(Token);
        var first = watch.MoveNextAsync().AsTask();
        await SubscribedAsync(live, 1);
        await live.Publish(Event(1));
        Assert.True(await first.WaitAsync(Patience, Token));

        for (var sequence = 2; sequence <= 10; sequence++) await live.Publish(Event(sequence));
        await UntilAsync(() => Task.FromResult(k2.DroppedEvents == 7));
        var seen = new List<long>();
        for (var i = 0; i < 2; i++)
        {
            await watch.MoveNextAsync();
            seen.Add(watch.Current.Sequence);
        }

        Assert.Equal([9, 10], seen);
    }

    [Fact]
    public async Task Watch_ClientDisposed_EndsTheWatch()
    {
        var live = platform.Live("binance:DISPOSE/USDT");
        var k2 = await K2Client.ConnectAsync(platform.Endpoints, cancellationToken: Token);
        var watching = Task.Run(async () => await k2.WatchAsync("binance", "DISPOSE/USDT", Token).CountAsync(Token), Token);
        await SubscribedAsync(live, 1);

        await k2.DisposeAsync();

        Assert.Equal(0, await watching.WaitAsync(Patience, Token));
    }

    [Fact]
    public async Task Connect_NobodyListens_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<K2ClientException>(() => K2Client.ConnectAsync("http://127.0.0.1:1", cancellationToken: Token));

        Assert.Equal("No K2 server answers at http://127.0.0.1:1: start one (dotnet run --project silo) or name its address.", failure.Message);
        Assert.True(failure.IsTransient);
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("http://user:word@127.0.0.1")]
    [InlineData("http://127.0.0.1/v1")]
    public async Task Connect_BadAddress_SaysHowToWriteOne(string server)
    {
        var failure = await Assert.ThrowsAsync<K2ClientException>(() => K2Client.ConnectAsync(server, cancellationToken: Token));

        Assert.Equal($"'{server}' is no address of a server: write for example http://127.0.0.1:8180.", failure.Message);
    }

    [Fact]
    public async Task Connect_GatewayClosed_SaysSo()
    {
        var failure = await Assert.ThrowsAsync<K2ClientException>(() => K2Client.ConnectAsync(platform.Endpoints with { Gateway = "127.0.0.1:1" }, cancellationToken: Token));

        Assert.Equal($"The gateway 127.0.0.1:1 of {platform.Endpoints.Url} cannot be reached: check that it is open to this machine.", failure.Message);
    }

    [Fact]
    public async Task GetCandles_ServerRefuses_PassesItsSentenceOn()
    {
        await using var k2 = await RestClientAsync();

        var failure = await Assert.ThrowsAsync<K2ClientException>(async () => await k2.GetCandlesAsync("binance", "XXX/USDT", "1m", cancellationToken: Token).CountAsync(Token));

        Assert.Equal("binance has no instrument XXX-USDT here: /v1/symbols lists those it has.", failure.Message);
    }

    [Theory]
    [InlineData("mtgox", "BTC/USDT", "1m", "'mtgox' is no exchange: write binance, kraken, coinbase.")]
    [InlineData("binance", "BTCUSDT", "1m", "'BTCUSDT' is no symbol: write BASE/QUOTE, for example BTC/USDT.")]
    [InlineData("binance", "BTC/USDT", "2x", "'2x' is no interval: write for example 1m, 4h, 3d or 1w.")]
    public async Task GetCandles_BadArgument_SaysHowToMendIt(string exchange, string symbol, string timeframe, string message)
    {
        await using var k2 = await RestClientAsync();

        var failure = Assert.Throws<K2ClientException>(() => k2.GetCandlesAsync(exchange, symbol, timeframe));

        Assert.Equal(message, failure.Message);
    }

    private Task<K2Client> RestClientAsync() => K2Client.ConnectAsync(platform.Endpoints.Url, new K2ClientOptions { ConnectGatewayOnFirstUse = true }, Token);

    private static LiveEvent Event(long sequence) => new() { Trades = [Samples.Trade((int)sequence).Trade.ToView(Samples.Btc)], Candles = [], Sequence = sequence };

    private static Task SubscribedAsync(ITestLiveGrain live, int count) => UntilAsync(async () => await live.Observers() == count);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            Assert.False(limit.IsCancellationRequested, "the condition was not met in time");
            await Task.Yield();
        }
    }
}
