using System.Net;
using System.Text.Json;
using K2.Abstractions.Warehouse;
using K2.Api.Candles;
using K2.Api.Tests.Hosting;
using K2.Contracts.Http;
using K2.Contracts.Symbols;
using K2.Domain.Candles;

namespace K2.Api.Tests.Api;

public sealed class CandleEndpointTests(TestPlatform platform)
{
    private const string Btc = "exchange=binance&symbol=BTC-USDT";

    [Fact]
    public async Task Get_OneCandle_IsExactJson()
    {
        var json = await GetAsync($"/v1/ohlcv/1m?{Btc}&from=2024-08-08T23:50:00Z&limit=1");

        Assert.Equal(
            """
            {"data":[{"exchange":"binance","symbol":"BTC/USDT","timeframe":"1m","window_start":"2024-08-08T23:50:00.000000Z","window_end":"2024-08-08T23:51:00.000000Z","open_price":"61837.63","high_price":"61900","low_price":"61800.5","close_price":"61850","volume":"12.345","quote_volume":"76333.3333333","trade_count":10,"open_time":"2024-08-08T23:50:00.342000Z","close_time":"2024-08-08T23:50:59.999001Z","open_trade_id":3000000000,"close_trade_id":3000000099,"closed":true,"complete":"yes","revision":0}],"next":"/v1/ohlcv/1m?exchange=binance&symbol=BTC-USDT&from=2024-08-08T23:51:00.000000Z&limit=1&order=asc"}
            """,
            json);
    }

    [Fact]
    public async Task Get_OneCandleAsCsv_IsExactCsv()
    {
        using var response = await platform.Http.GetAsync($"/v1/ohlcv/1m?{Btc}&from=1723161000&to=1723161060000&format=csv", TestContext.Current.CancellationToken);

        Assert.Equal("text/csv; charset=utf-8; header=present", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(
            "exchange,symbol,timeframe,window_start,window_end,open_price,high_price,low_price,close_price,volume,quote_volume,trade_count,open_time,close_time,open_trade_id,close_trade_id,closed,complete,revision,filled\n"
            + "binance,BTC/USDT,1m,2024-08-08T23:50:00.000000Z,2024-08-08T23:51:00.000000Z,61837.63,61900,61800.5,61850,12.345,76333.3333333,10,2024-08-08T23:50:00.342000Z,2024-08-08T23:50:59.999001Z,3000000000,3000000099,true,yes,0,false\n",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("application/json", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html, text/csv;q=0.5, */*;q=0.1", "text/csv")]
    [InlineData("application/json;q=0.2, text/csv;q=0.9", "text/csv")]
    public async Task Get_AcceptHeader_ChoosesFormat(string accept, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/ohlcv/1m?{Btc}&limit=1");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var response = await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Get_AcceptOfOtherType_Is406()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/ohlcv/1m?{Btc}");
        request.Headers.Accept.ParseAdd("application/xml");

        using var response = await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotAcceptable, response.StatusCode);
    }

    [Fact]
    public async Task Get_WithoutBeginning_AnswersNewestFirst()
    {
        var page = await PageAsync($"/v1/ohlcv/1m?{Btc}");

        Assert.Equal(500, page.Data.Length);
        Assert.Equal(Samples.Minute(1_199).ToDateTime(), page.Data[0].WindowStart);
        Assert.Equal(Samples.Minute(700).ToDateTime(), page.Data[^1].WindowStart);
    }

    [Theory]
    [InlineData("asc")]
    [InlineData("desc")]
    public async Task Get_FollowingNext_ReadsEveryCandleOnce(string order)
    {
        var seen = new List<CandleView>();
        for (var next = $"/v1/ohlcv/1m?{Btc}&order={order}&limit=333"; next is not null;)
        {
            var page = await PageAsync(next);
            seen.AddRange(page.Data);
            next = page.Next;
        }

        var starts = seen.ConvertAll(candle => candle.WindowStart);
        Assert.Equal(1_200, starts.Count);
        Assert.Equal(order == "asc" ? starts.Order() : starts.OrderDescending(), starts);
        Assert.Equal(1_200, starts.Distinct().Count());
    }

    [Fact]
    public async Task Get_Window_IsHalfOpen()
    {
        var page = await PageAsync($"/v1/ohlcv/1m?{Btc}&from=2024-08-08T23:51:00Z&to=2024-08-08T23:53:00Z");

        Assert.Equal([Samples.Minute(1).ToDateTime(), Samples.Minute(2).ToDateTime()], page.Data.Select(candle => candle.WindowStart));
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Get_OffsetTime_IsTakenAsUtc()
    {
        var page = await PageAsync($"/v1/ohlcv/1m?{Btc}&from=2024-08-09T01:51:00%2B02:00&limit=1");

        Assert.Equal(Samples.Minute(1).ToDateTime(), page.Data[0].WindowStart);
    }

    [Fact]
    public async Task Get_InstrumentWithoutCandles_IsEmpty()
    {
        var page = await PageAsync("/v1/ohlcv/1d?exchange=kraken&symbol=btc/usd");

        Assert.Empty(page.Data);
        Assert.Null(page.Next);
    }

    [Fact]
    public async Task Get_LargeNumbers_KeepEveryDigit()
    {
        var warehouse = new FakeWarehouse();
        warehouse.Candles.Add(Samples.Candle(0) with { Volume = Int128.Parse("12345678901234567890"), QuoteVolume = Int128.Parse("1234567890123456789012345678") });
        await using var app = await platform.StartApiAsync(warehouse);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        var json = await http.GetStringAsync($"/v1/ohlcv/1m?{Btc}", TestContext.Current.CancellationToken);

        Assert.Contains("\"volume\":\"123456789012345.6789\",\"quote_volume\":\"123456789012345678901.2345678\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Live_PutsFormingCandleBeforeNewest()
    {
        await platform.Live("binance:BTC/USDT").SetForming(Samples.Forming(1_200));

        var page = await PageAsync($"/v1/ohlcv/1m?{Btc}&live=true&limit=3");

        Assert.Equal([Samples.Minute(1_200).ToDateTime(), Samples.Minute(1_199).ToDateTime(), Samples.Minute(1_198).ToDateTime()], page.Data.Select(candle => candle.WindowStart));
        Assert.False(page.Data[0].Closed);
        Assert.Contains("to=2024-08-09T19:48:00.000000Z", page.Next, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 99, 99)]
    [InlineData(false, 5, 10)]
    [InlineData(true, 99, 10)]
    public void MergeForming_SameWindow_KeepsTheOneThatKnowsMore(bool storedClosed, int liveTrades, int expected)
    {
        var stored = Samples.Candle(0, storedClosed).ToView(Samples.Btc);
        var page = new List<CandleView> { stored };

        CandleEndpoint.MergeForming(page, new IntervalQuery(Samples.Btc.Id, CandleInterval.Of(Timeframe.OneMinute), null, null, 10, true), [Samples.Forming(0) with { TradeCount = liveTrades }]);

        Assert.Equal(expected, Assert.Single(page).TradeCount);
    }

    [Fact]
    public void MergeForming_OutsideWindow_ChangesNothing()
    {
        var page = new List<CandleView>();

        CandleEndpoint.MergeForming(page, new IntervalQuery(Samples.Btc.Id, CandleInterval.Of(Timeframe.OneMinute), null, Samples.Minute(5), 10, true), [Samples.Forming(5)]);

        Assert.Empty(page);
    }

    [Fact]
    public async Task Get_ClientGoesAway_CancelsTheRead()
    {
        var warehouse = new FakeWarehouse { Hangs = true };
        await using var app = await platform.StartApiAsync(warehouse);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        using var leave = new CancellationTokenSource();

        var reading = http.GetAsync($"/v1/ohlcv/1m?{Btc}", leave.Token);
        await warehouse.Entered.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await warehouse.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
    }

    private Task<string> GetAsync(string path) => platform.Http.GetStringAsync(path, TestContext.Current.CancellationToken);

    private async Task<CandlePage> PageAsync(string path) => JsonSerializer.Deserialize(await GetAsync(path), ApiJson.Default.CandlePage)!;
}
