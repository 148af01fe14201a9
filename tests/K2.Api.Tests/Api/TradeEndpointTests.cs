using System.Net;
using System.Text.Json;
using K2.Api.Tests.Hosting;
using K2.Contracts.Http;
using K2.Contracts.Symbols;

namespace K2.Api.Tests.Api;

public sealed class TradeEndpointTests(TestPlatform platform)
{
    private const string Btc = "exchange=binance&symbol=BTC-USDT";

    [Fact]
    public async Task Get_OneTrade_IsExactJson()
    {
        var json = await GetAsync($"/v1/trades?{Btc}&from=2024-08-08&limit=1");

        Assert.Equal(
            """
            {"data":[{"exchange":"binance","symbol":"BTC/USDT","trade_id":5000,"price":"61837.63","quantity":"0.00123","side":"BUY","timestamp":"2024-08-08T23:50:00.000000Z","received_timestamp":"2024-08-08T23:50:00.000007Z","source":"replay"}],"next":"/v1/trades?exchange=binance&symbol=BTC-USDT&from=2024-08-08T23:50:00.000000Z&after_id=5000&limit=1&order=asc"}
            """,
            json);
    }

    [Fact]
    public async Task Get_OneTradeAsCsv_IsExactCsvAndLinksTheNextPage()
    {
        using var response = await platform.Http.GetAsync($"/v1/trades?{Btc}&limit=1&format=csv", TestContext.Current.CancellationToken);

        Assert.Equal(
            "exchange,symbol,trade_id,price,quantity,side,timestamp,received_timestamp,source\nbinance,BTC/USDT,5999,61847.62,0.01122,SELL,2024-08-08T23:50:00.333333Z,2024-08-08T23:50:01.000006Z,replay\n",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            "</v1/trades?exchange=binance&symbol=BTC-USDT&to=2024-08-08T23:50:00.333333Z&after_id=5999&limit=1&order=desc&format=csv>; rel=\"next\"",
            Assert.Single(response.Headers.GetValues("Link")));
    }

    [Theory]
    [InlineData("asc", 7)]
    [InlineData("desc", 7)]
    [InlineData("asc", 10)]
    [InlineData("desc", 333)]
    public async Task Get_FollowingNext_ReadsEveryTradeOnceInOrder(string order, int limit)
    {
        var seen = new List<TradeView>();
        for (var next = $"/v1/trades?{Btc}&order={order}&limit={limit}"; next is not null;)
        {
            var page = JsonSerializer.Deserialize(await GetAsync(next), ApiJson.Default.TradePage)!;
            seen.AddRange(page.Data);
            next = page.Next;
        }

        var ids = seen.ConvertAll(trade => trade.TradeId);
        var expected = Enumerable.Range(5_000, 1_000).Select(id => (long)id);
        Assert.Equal(order == "asc" ? expected : expected.Reverse(), ids);
    }

    [Fact]
    public async Task GetLast_AfterTrade_AnswersIt()
    {
        await platform.Live("binance:ETH/USDT").SetLastTrade(Samples.Trade(3).Trade.ToView(Samples.Eth));

        var trade = JsonSerializer.Deserialize(await GetAsync("/v1/trades/last?exchange=Binance&symbol=eth-usdt"), ApiJson.Default.TradeView)!;

        Assert.Equal("ETH/USDT", trade.Symbol);
        Assert.Equal(61837.66m, trade.Price);
    }

    [Fact]
    public async Task GetLast_BeforeFirstTrade_Is404()
    {
        using var response = await platform.Http.GetAsync("/v1/trades/last?exchange=kraken&symbol=BTC-USD", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    private Task<string> GetAsync(string path) => platform.Http.GetStringAsync(path, TestContext.Current.CancellationToken);
}
