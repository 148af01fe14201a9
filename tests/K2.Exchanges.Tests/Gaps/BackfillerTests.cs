using System.Net;
using System.Net.Http.Headers;
using K2.Domain;
using K2.Domain.Instruments;
using K2.Domain.Log;
using K2.Domain.Trades;
using K2.Exchanges.Gaps;
using K2.Exchanges.Rest;
using K2.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K2.Exchanges.Tests.Gaps;

public sealed class BackfillerTests : IAsyncDisposable
{
    private static readonly Instrument Btc = Some.Instrument("BTC");
    private static readonly Instrument Eth = Some.Instrument("ETH");

    // Trades' ids are their milliseconds.
    private static readonly long Now = new ArmedTimeProvider().GetUtcNow().ToUnixTimeMilliseconds();
    private readonly ArmedTimeProvider _time = new();
    private readonly FakeHistory _history = new();
    private readonly TestSink _sink = new();
    private FeedKeeper _keeper;
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpClient _http;
    private RestApi? _rest;
    private Backfiller? _backfiller;
    private Task _running = Task.CompletedTask;

    public BackfillerTests()
    {
        _keeper = new FeedKeeper([(Btc, null), (Eth, null)], _sink);
        _http = new HttpClient(_history);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _http.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_GapAfterReconnect_IsFilledPageByPageAndClosed()
    {
        Serve(1, 40);
        Start();

        await LiveAsync("c1", 1, 2);
        await LiveAsync("c2", 33);
        await _sink.Until(Closed);

        Assert.Equal(["/BTCUSDT?from=3", "/BTCUSDT?from=13", "/BTCUSDT?from=23"], _history.Requests);
        Assert.Equal(Enumerable.Range(1, 33).Select(id => (long)id), _sink.TradesOf("BTC/USDT").Select(trade => trade.TradeId).Order());
        Assert.Equal(3, _sink.Batches.Count(batch => batch.IsFetched && batch.Frames.Count == 1));
    }

    [Fact]
    public async Task Run_JumpOnAnOpenConnection_WaitsForLatecomersFirst()
    {
        Serve(1, 9);
        Start();
        var waiting = _time.WhenArmed(due => due == new BackfillOptions().Grace);

        await LiveAsync("c1", 1, 3);
        await waiting;
        Assert.Empty(_history.Requests);
        _time.Advance(new BackfillOptions().Grace);
        await _sink.Until(Closed);

        Assert.Single(_history.Requests);
    }

    [Fact]
    public async Task Run_TooManyRequests_WaitsAsLongAsAsked()
    {
        Serve(1, 9);
        _history.Fault = number => number == 1 ? TooMany() : null;
        Start();
        var waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(30));

        await LiveAsync("c1", 1);
        await LiveAsync("c2", 5);
        await waiting;
        Assert.Equal("/BTCUSDT?from=2 was answered with HTTP 429", _backfiller!.Status.LastError);
        _time.Advance(TimeSpan.FromSeconds(30));
        await _sink.Until(Closed);

        Assert.Equal(2, _history.Requests.Count);
    }

    [Fact]
    public async Task Run_ExchangeIsBusyInWords_IsAskedAgainWithoutGivingUpOrDeadLetters()
    {
        Serve(1, 9);
        _history.Fault = number => number <= 5 ? FakeHistory.Text("busy") : null;
        Start(new BackfillOptions { MaxAttempts = 2, Rest = new RestOptions { RetryMin = TimeSpan.FromSeconds(3), RetryMax = TimeSpan.FromSeconds(3) } });
        var waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(3));

        await LiveAsync("c1", 1);
        await LiveAsync("c2", 5);
        for (var i = 0; i < 5; i++)
        {
            await waiting;
            waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(3));
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        await _sink.Until(Closed);

        Assert.Equal((0L, 0L), (_backfiller!.Status.GivenUp, _sink.Rejected));
        Assert.Equal(6, _history.Requests.Count);
    }

    [Fact]
    public async Task Run_IdsThatTheExchangeLeavesOut_AreGivenUpAfterSomeAttempts()
    {
        _history.Ids.AddRange([1, 2, 5, 6]);
        Start(new BackfillOptions { MaxAttempts = 2, Rest = new RestOptions { RetryMin = TimeSpan.FromSeconds(3) } });
        var waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(3));

        await LiveAsync("c1", 1);
        await LiveAsync("c2", 6);
        await waiting;
        _time.Advance(TimeSpan.FromSeconds(3));
        await _sink.Until(sink => sink.Records("BTC/USDT").Any(record => record.Kind == RecordKind.GapGivenUp));

        Assert.Equal([1, 2, 5, 6], _sink.TradesOf("BTC/USDT").Select(trade => trade.TradeId).Order());
        Assert.Equal((1L, 0L, 1L), (_backfiller!.Status.Opened, _backfiller.Status.Filled, _backfiller.Status.GivenUp));
    }

    [Fact]
    public async Task Run_GapBeyondTheLimit_IsGivenUpUnasked()
    {
        Start(new BackfillOptions { MaxGapTrades = 100 });

        await LiveAsync("c1", 1);
        await LiveAsync("c2", 103);
        await _sink.Until(sink => sink.Records("BTC/USDT").Any(record => record.Kind == RecordKind.GapGivenUp));

        Assert.Equal(GapReason.TooLarge, _sink.Records("BTC/USDT").Last().Reason);
        Assert.Empty(_history.Requests);
    }

    [Fact]
    public async Task Run_NewConnectionOfAQuietInstrument_AsksForItsTail()
    {
        Serve(1, 4);
        Start();
        await LiveAsync("c1", 1, 2);

        ((IFeedWatch)_keeper).Confirmed("c2", [Btc, Eth]);
        await _sink.Until(sink => sink.TradesOf("BTC/USDT").Count() == 4);

        Assert.Equal(["/BTCUSDT?from=3"], _history.Requests);
        Assert.DoesNotContain(_sink.Records("BTC/USDT"), record => record.Kind == RecordKind.GapOpened);
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(-300_000, -300_000)]
    public async Task Run_InstrumentWithoutTradesYet_WhatItTradedWhileNobodyListenedIsAskedForAtTheNextConnection(int firstLive, int owed)
    {
        // Owed from the first confirmation on, or from the first live trade of any instrument where our clock is ahead; a second before that for certain.
        _history.Ids.AddRange([Now + owed - 1001, Now + owed - 1000, Now + 2, Now + 3]);
        Start();
        ((IFeedWatch)_keeper).Confirmed("c1", [Btc, Eth]);
        await LiveAsync("c1", Now + firstLive);

        ((IFeedWatch)_keeper).Confirmed("c2", [Eth]);
        await _sink.Until(sink => sink.TradesOf("ETH/USDT").Any());

        Assert.Equal("/ETHUSDT?from=0", _history.Requests[0]);
        Assert.Equal([Now + owed - 1000, Now + 2, Now + 3], _sink.TradesOf("ETH/USDT").Select(trade => trade.TradeId));
    }

    [Fact]
    public async Task Run_FirstTradeComesBeforeTheConfirmation_WhatItTradedWhileNobodyListenedIsAskedForAllTheSame()
    {
        Serve(Now + 1, Now + 3);
        Start();
        ((IFeedWatch)_keeper).Confirmed("c1", [Eth]);
        await _keeper.AcceptAsync(InstrumentTrades.Batch("c2", Eth, Now + 3), TestContext.Current.CancellationToken);

        ((IFeedWatch)_keeper).Confirmed("c2", [Eth]);
        await _sink.Until(sink => sink.TradesOf("ETH/USDT").Count() == 3);

        Assert.Equal(["/ETHUSDT?from=0"], _history.Requests);
    }

    [Fact]
    public async Task Confirmed_WhileTheTailOfTheFirstTradeWaits_WhatLiesBeforeItIsAskedForToo()
    {
        Make(new BackfillOptions());
        ((IFeedWatch)_keeper).Confirmed("c1", [Eth]);
        await _keeper.AcceptAsync(InstrumentTrades.Batch("c2", Eth, Now + 3), TestContext.Current.CancellationToken);
        ((IFeedWatch)_keeper).MessagesMissing("c2");
        var waiting = _backfiller!.Waiting;

        ((IFeedWatch)_keeper).Confirmed("c2", [Eth]);

        Assert.Equal(waiting + 1, _backfiller.Waiting);
    }

    [Theory]
    [InlineData(100, 601_100)]
    [InlineData(200_000_000, 86_400_000)]
    public async Task Run_InstrumentWithoutTradesAtAStart_IsOwedFromTheNewestTradeOfTheOthersOn_ADayAtMost(int heardBefore, int owedBefore)
    {
        _history.Ids.AddRange([Now - owedBefore - 1, Now - owedBefore, Now - 50]);
        var seen = new TradeIdIntervals();
        seen.Add(5, Timestamp.FromMilliseconds(Now - heardBefore));
        _keeper = new FeedKeeper([(Btc, new FeedStart(0, seen, [])), (Eth, null)], _sink);
        Start();

        ((IFeedWatch)_keeper).Confirmed("c1", [Eth]);
        await _sink.Until(sink => sink.TradesOf("ETH/USDT").Any());

        Assert.Equal([Now - owedBefore, Now - 50], _sink.TradesOf("ETH/USDT").Select(trade => trade.TradeId));
    }

    [Fact]
    public async Task Run_FirstLookGetsABrokenPage_IsAskedAgainAfterTheInterval()
    {
        Serve(Now + 1, Now + 3);
        _history.Fault = number => number == 1 ? FakeHistory.Text("broken") : null;
        var idle = _time.WhenArmed(due => due == TimeSpan.FromSeconds(60));
        Start();
        await idle;
        ((IFeedWatch)_keeper).Confirmed("c1", [Eth]);
        var waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(60));

        ((IFeedWatch)_keeper).Confirmed("c2", [Eth]);
        await waiting;
        Assert.Single(_sink.Batches.SelectMany(batch => batch.Rejected));
        _time.Advance(TimeSpan.FromSeconds(60));
        await _sink.Until(sink => sink.TradesOf("ETH/USDT").Count() == 3);
    }

    [Fact]
    public async Task Run_MessagesMissing_AsksForEveryTail()
    {
        Serve(1, 3);
        Start();
        await LiveAsync("c1", 1);
        await _keeper.AcceptAsync(InstrumentTrades.Batch("c1", Eth, 2), TestContext.Current.CancellationToken);

        ((IFeedWatch)_keeper).MessagesMissing("c1");
        await _sink.Until(sink => sink.TradesOf("BTC/USDT").Count() == 3 && sink.TradesOf("ETH/USDT").Count() == 2);

        Assert.Equal(["/BTCUSDT?from=2", "/ETHUSDT?from=3"], _history.Requests.Order());
    }

    [Fact]
    public async Task Run_SilentInstrument_IsAskedForAfterTheInterval()
    {
        Serve(1, 2);
        var first = _time.WhenArmed(due => due == TimeSpan.FromSeconds(60));
        Start();
        await LiveAsync("c1", 1);
        await first;
        var second = _time.WhenArmed(due => due == TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(60));
        await second;
        Assert.Empty(_history.Requests);

        _time.Advance(TimeSpan.FromSeconds(60));
        await _sink.Until(sink => sink.TradesOf("BTC/USDT").Count() == 2);
    }

    [Fact]
    public async Task Run_BrokenPage_IsADeadLetterAndAskedAgain()
    {
        Serve(1, 9);
        _history.Fault = number => number == 1 ? FakeHistory.Text("broken") : null;
        Start(new BackfillOptions { Rest = new RestOptions { RetryMin = TimeSpan.FromSeconds(3) } });
        var waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(3));

        await LiveAsync("c1", 1);
        await LiveAsync("c2", 5);
        await waiting;
        _time.Advance(TimeSpan.FromSeconds(3));
        await _sink.Until(Closed);

        Assert.Equal(RejectReasons.BrokenJson, Assert.Single(_sink.Batches.SelectMany(batch => batch.Rejected)).Reason);
    }

    [Fact]
    public async Task Run_WideAndNarrowGap_TakeTurns()
    {
        Serve(1, 200);
        await LiveAsync("c1", 1);
        await _keeper.AcceptAsync(InstrumentTrades.Batch("c1", Eth, 1), TestContext.Current.CancellationToken);
        Start();

        await LiveAsync("c2", 60);
        await _keeper.AcceptAsync(InstrumentTrades.Batch("c2", Eth, 3), TestContext.Current.CancellationToken);
        await _sink.Until(sink => Closed(sink) && sink.Records("ETH/USDT").Any(record => record.Kind == RecordKind.GapClosed));

        Assert.True(_history.Requests.IndexOf("/ETHUSDT?from=2") <= 2, string.Join(' ', _history.Requests));
    }

    [Fact]
    public async Task Run_SinkThatFailsOnce_TriesAgain()
    {
        Serve(1, 9);
        var fails = true;
        _sink.Before = (batch, _) => batch.IsFetched && fails ? throw new InvalidOperationException("injected") : ValueTask.CompletedTask;
        Start(new BackfillOptions { Rest = new RestOptions { RetryMin = TimeSpan.FromSeconds(3) } });
        var waiting = _time.WhenArmed(due => due == TimeSpan.FromSeconds(3));

        await LiveAsync("c1", 1);
        await LiveAsync("c2", 3);
        await waiting;
        Assert.Contains("injected", _backfiller!.Status.LastError, StringComparison.Ordinal);
        Assert.False(_running.IsCompleted);
        fails = false;
        _time.Advance(TimeSpan.FromSeconds(3));
        await _sink.Until(sink => sink.TradesOf("BTC/USDT").Any(trade => trade.TradeId == 2));
    }

    [Fact]
    public async Task Accept_LiveBatchThatTheSinkRefuses_IsNotKnownAndFetched()
    {
        Serve(1, 5);
        Start();
        await LiveAsync("c1", 1);
        _sink.Before = (_, _) => throw new InvalidOperationException("injected");
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await LiveAsync("c1", 2, 3));
        _sink.Before = null;

        await LiveAsync("c2", 5);
        await _sink.Until(Closed);

        Assert.Equal([1, 2, 3, 4, 5], _sink.TradesOf("BTC/USDT").Select(trade => trade.TradeId).Order());
    }

    [Fact]
    public void Confirmed_ConnectionsComeAndGoWhileRestIsAway_OneJobForEachInstrument()
    {
        Make(new BackfillOptions());

        for (var i = 0; i < 1000; i++) ((IFeedWatch)_keeper).Confirmed($"c{i}", [Btc, Eth]);

        Assert.Equal(2, _backfiller!.Waiting);
    }

    [Fact]
    public async Task Run_EveryPage_EndsWithAWatermarkBehindItsTrades()
    {
        Serve(1, 40);
        Start();

        await LiveAsync("c1", 1, 2);
        await LiveAsync("c2", 33);
        await _sink.Until(Closed);

        var pages = _sink.Batches.Where(batch => batch.IsFetched && batch.Trades > 0).Select(batch => batch.Records.Single().Records).ToList();
        Assert.Equal(3, pages.Count);
        Assert.All(pages, records => Assert.Equal(RecordKind.Watermark, records.Last(record => record.Kind is RecordKind.Trade or RecordKind.Watermark).Kind));
    }

    private static bool Closed(TestSink sink) => sink.Records("BTC/USDT").Any(record => record.Kind == RecordKind.GapClosed);

    private static HttpResponseMessage TooMany()
    {
        var answer = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
        answer.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(30));
        return answer;
    }

    private void Serve(long first, long last)
    {
        for (var id = first; id <= last; id++) _history.Ids.Add(id);
    }

    private void Start(BackfillOptions? options = null)
    {
        Make(options ?? new BackfillOptions());
        _running = Task.Run(() => _backfiller!.RunAsync(_stop.Token));
    }

    private void Make(BackfillOptions options)
    {
        _rest = new RestApi(Exchange.Binance, _history.BaseAddress, _history.Budget, options.Rest, _http, _time, NullLogger.Instance);
        _backfiller = new Backfiller(Exchange.Binance, _history, _keeper, _rest, options, _time, NullLogger.Instance);
    }

    private ValueTask LiveAsync(string connection, params long[] ids) => _keeper.AcceptAsync(InstrumentTrades.Batch(connection, Btc, ids), TestContext.Current.CancellationToken);
}
