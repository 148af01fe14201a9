using System.Net;
using System.Text.Json;
using K2.Abstractions;
using K2.Api.Tests.Hosting;
using K2.Contracts.Http;

namespace K2.Api.Tests.Api;

public sealed class BadInputTests(TestPlatform platform)
{
    private const string Ok = "exchange=binance&symbol=BTC-USDT";

    [Theory]
    [InlineData("/v1/ohlcv/1m?symbol=BTC-USDT", 400, "exchange is missing: add for example exchange=binance.")]
    [InlineData("/v1/ohlcv/1m?exchange=binance", 400, "symbol is missing: add for example symbol=BTC-USDT.")]
    [InlineData("/v1/ohlcv/1m?exchange=&symbol=", 400, "exchange is missing: add for example exchange=binance.")]
    [InlineData("/v1/ohlcv/1m?exchange=mtgox&symbol=BTC-USDT", 400, "'mtgox' is no exchange: write binance, kraken, coinbase.")]
    [InlineData("/v1/ohlcv/1m?exchange=binance&symbol=BTCUSDT", 400, "'BTCUSDT' is no symbol: write BASE-QUOTE, for example BTC-USDT.")]
    [InlineData("/v1/ohlcv/1m?exchange=binance&symbol=XXX-USDT", 404, "binance has no instrument XXX-USDT here: /v1/symbols lists those it has.")]
    [InlineData("/v1/ohlcv/2x?" + Ok, 400, "'2x' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most 366d.")]
    [InlineData("/v1/ohlcv/0m?" + Ok, 400, "'0m' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most 366d.")]
    [InlineData("/v1/ohlcv/367d?" + Ok, 400, "'367d' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most 366d.")]
    [InlineData("/v1/ohlcv/2m?" + Ok + "&live=true", 400, "live goes with 1m, 5m, 15m, 30m, 1h, 1d: other intervals are made of stored candles.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&live=true&fill=true", 400, "live goes without fill and as_of: what comes from memory is now and may have holes.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&fill=yes", 400, "fill 'yes' is unknown: write true or false.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&as_of=now", 400, "as_of 'now' is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL), or Unix seconds or milliseconds, from 1970 to 2199.")]
    [InlineData("/v1/vwap?" + Ok, 400, "from and to are needed: the average is over [from, to).")]
    [InlineData("/v1/vwap?" + Ok + "&from=2024-08-08T00:00:30Z&to=2024-08-09", 400, "from and to must be whole minutes: sums are made of candles.")]
    [InlineData("/v1/vwap?" + Ok + "&from=2024-08-09&to=2024-08-08", 400, "from lies at or behind to: the window is [from, to), so write an earlier from.")]
    [InlineData("/v1/vwap?" + Ok + "&from=2020-01-01&to=2024-08-08T00:01:00Z", 400, "a range of more than 366 days must begin and end at midnight UTC.")]
    [InlineData("/v1/vwap?" + Ok + "&from=2024-08-08&to=2024-08-09&limit=1", 400, "'limit' is no parameter of this path: use exchange, symbol, from, to.")]
    [InlineData("/v1/summary/BTC-USDT/yesterday", 400, "'yesterday' is no day: write it in UTC as 2024-08-08, from 1970 to 2199.")]
    [InlineData("/v1/summary/BTCUSDT/2024-08-08", 400, "'BTCUSDT' is no symbol: write BASE-QUOTE, for example BTC-USDT.")]
    [InlineData("/v1/summary/DOGE-USDT/2024-08-08", 404, "No exchange has an instrument DOGE-USDT here: /v1/symbols lists those there are.")]
    [InlineData("/v1/summary/BTC-USDT/2024-08-08?exchange=kraken", 404, "kraken has no instrument BTC-USDT here: /v1/symbols lists those it has.")]
    [InlineData("/v1/compare/1m", 400, "symbol is missing: add for example symbol=BTC-USDT.")]
    [InlineData("/v1/compare/1s?symbol=BTC-USDT", 400, "'1s' is no interval: write a whole number and m, h, d or w, for example 1m, 15m, 4h, 1d or 1w, at most 366d.")]
    [InlineData("/v1/compare/1m?symbol=BTC-USDT&limit=0", 400, "limit '0' is out of range: write a whole number from 1 to 10000.")]
    [InlineData("/v1/stats?x=1", 400, "This path takes no parameters: leave out 'x'.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&limit=0", 400, "limit '0' is out of range: write a whole number from 1 to 10000.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&limit=10001", 400, "limit '10001' is out of range: write a whole number from 1 to 10000.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&limit=-1", 400, "limit '-1' is out of range: write a whole number from 1 to 10000.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&limit=99999999999999999999", 400, "limit '99999999999999999999' is out of range: write a whole number from 1 to 10000.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&order=up", 400, "order 'up' is unknown: write asc or desc.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&live=1", 400, "live '1' is unknown: write true or false.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&format=xml", 400, "format 'xml' is unknown: write json or csv.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&form=2024-08-08", 400, "'form' is no parameter of this path: use exchange, symbol, from, to, limit, order, live, fill, as_of, snapshot, format.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&limit=1&limit=2", 400, "limit is given 2 times: give it once.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&from=2024-08-09&to=2024-08-08", 400, "from lies at or behind to: the window is [from, to), so write an earlier from.")]
    [InlineData("/v1/ohlcv/1m?" + Ok + "&from=2024-08-08&to=2024-08-08", 400, "from lies at or behind to: the window is [from, to), so write an earlier from.")]
    [InlineData("/v1/trades?" + Ok + "&after_id=5", 400, "after_id goes with to (the time of that trade, order=desc): follow next, which has both.")]
    [InlineData("/v1/trades?" + Ok + "&after_id=5&order=asc", 400, "after_id goes with from (the time of that trade, order=asc): follow next, which has both.")]
    [InlineData("/v1/trades?" + Ok + "&from=2024-08-08&after_id=5x", 400, "after_id '5x' is no trade id: write a whole number.")]
    [InlineData("/v1/trades", 400, "exchange is missing: add for example exchange=binance.")]
    [InlineData("/v1/trades/last", 400, "exchange is missing: add for example exchange=binance.")]
    [InlineData("/v1/live?timeframe=2m", 400, "'2m' is no timeframe: write one of 1m, 5m, 15m, 30m, 1h, 1d.")]
    [InlineData("/v1/live?exchange=binance", 400, "symbol is missing: add for example symbol=BTC-USDT.")]
    [InlineData("/v1/symbols?x=1", 400, "This path takes no parameters: leave out 'x'.")]
    [InlineData("/v1/status?x=1", 400, "This path takes no parameters: leave out 'x'.")]
    [InlineData("/v1/cluster?x=1", 400, "This path takes no parameters: leave out 'x'.")]
    [InlineData("/health?x=1", 400, "This path takes no parameters: leave out 'x'.")]
    [InlineData("/?x=1", 400, "This path takes no parameters: leave out 'x'.")]
    [InlineData("/v1/nothing", 404, "Nothing is served at this path: see / for the list.")]
    public async Task Get_BadRequest_SaysWhatIsWrongAndHowToMendIt(string path, int status, string detail)
    {
        using var response = await platform.Http.GetAsync(path, TestContext.Current.CancellationToken);

        var problem = await ProblemAsync(response);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status, problem.Status);
        Assert.Equal(detail, problem.Detail);
    }

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2024-13-01")]
    [InlineData("2024-08-08T25:00:00Z")]
    [InlineData("2024-08-08T23:55:00+02:00")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2200-01-01")]
    [InlineData("100000000000000000")]
    [InlineData("99999999999999999999999999")]
    [InlineData("１７２３１６１０００")]
    public async Task Get_BadTime_SaysHowToWriteOne(string from)
    {
        using var response = await platform.Http.GetAsync($"/v1/ohlcv/1m?{Ok}&from={from}", TestContext.Current.CancellationToken);

        var problem = await ProblemAsync(response);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.EndsWith("is no time: write ISO 8601 in UTC such as 2024-08-08T23:55:00Z (a plus sign is %2B in a URL), or Unix seconds or milliseconds, from 1970 to 2199.", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_LongValue_IsRefusedWithoutEcho()
    {
        using var response = await platform.Http.GetAsync($"/v1/ohlcv/1m?exchange=binance&symbol={new string('A', 500)}", TestContext.Current.CancellationToken);

        Assert.Equal("symbol is longer than 100 characters: shorten it.", (await ProblemAsync(response)).Detail);
    }

    [Fact]
    public async Task Get_Markup_ComesBackAsJsonOnly()
    {
        using var response = await platform.Http.GetAsync("/v1/ohlcv/1m?exchange=<script>alert(1)</script>&symbol=X", TestContext.Current.CancellationToken);

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.DoesNotContain("<script>", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Anything_Is405()
    {
        using var response = await platform.Http.PostAsync("/v1/trades", new StringContent("{}"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("This path is read with GET.", (await ProblemAsync(response)).Detail);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/v1/symbols")]
    public async Task Head_AnyPath_AnswersWithoutBody(string path)
    {
        using var response = await platform.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, path), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(true, 503, "the warehouse is away: wait")]
    [InlineData(false, 500, "the warehouse is broken: mend it")]
    public async Task Get_WarehouseFails_SaysSo(bool transient, int status, string detail)
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse { Failure = new K2Exception(detail, transient) });
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var response = await http.GetAsync($"/v1/trades?{Ok}", TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(detail, (await ProblemAsync(response)).Detail);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Get_UnknownFailure_HidesItsDetails()
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse { Failure = new InvalidOperationException("secret of the machine") });
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };

        using var response = await http.GetAsync($"/v1/trades?{Ok}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("The platform failed to answer: its log has the reason.", (await ProblemAsync(response)).Detail);
    }

    private static async Task<ApiProblem> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), ApiJson.Default.ApiProblem)!;
    }
}
