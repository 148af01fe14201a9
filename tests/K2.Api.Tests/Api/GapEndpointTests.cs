using System.Net;
using K2.Api.Tests.Hosting;
using K2.Client;

namespace K2.Api.Tests.Api;

public sealed class GapEndpointTests(TestPlatform platform)
{
    [Fact]
    public async Task Get_OfOneState_IsExactJson() => Assert.Equal(
        """{"data":[{"exchange":"binance","symbol":"BTC/USDT","gap_start":"2024-08-08T23:50:00.000000Z","gap_end":"2024-08-08T23:51:30.000000Z","first_missing_id":51,"last_missing_id":52,"id_epoch":0,"cause":"id-jump","state":"unfillable","reason":"not-served"}]}""",
        await platform.Http.GetStringAsync("/v1/gaps?state=unfillable", TestContext.Current.CancellationToken));

    [Fact]
    public async Task Get_OfOneInstrumentAsCsv_HasAllColumns() => Assert.Equal(
        "exchange,symbol,gap_start,gap_end,first_missing_id,last_missing_id,id_epoch,cause,state,reason\nbinance,BTC/USDT,2024-08-08T23:50:00.000000Z,2024-08-08T23:51:30.000000Z,41,45,0,reconnect,filled,\n",
        await platform.Http.GetStringAsync("/v1/gaps?exchange=binance&symbol=BTC-USDT&limit=1&format=csv", TestContext.Current.CancellationToken));

    [Theory]
    [InlineData("state=closed", "state 'closed' is unknown: write open, filled or unfillable.")]
    [InlineData("exchange=binance", "symbol is missing: add for example symbol=BTC-USDT.")]
    [InlineData("limit=0", "limit '0' is out of range: write a whole number from 1 to 10000.")]
    public async Task Get_BadParameter_SaysHowToMendIt(string query, string detail)
    {
        using var response = await platform.Http.GetAsync($"/v1/gaps?{query}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(detail, System.Text.RegularExpressions.Regex.Unescape(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetGapsAsync_Client_ReadsThem()
    {
        await using var client = await K2Client.ConnectAsync(platform.Endpoints, new K2ClientOptions { ConnectGatewayOnFirstUse = true }, TestContext.Current.CancellationToken);

        Assert.Equal(["filled", "unfillable"], (await client.GetGapsAsync("binance", "BTC/USDT", cancellationToken: TestContext.Current.CancellationToken)).Select(gap => gap.State));
        Assert.Single(await client.GetGapsAsync(state: "filled", cancellationToken: TestContext.Current.CancellationToken));
    }
}
