using System.Net;

namespace K2.Warehouse.Tests;

public sealed class HttpFrontTests(EngineFixture engine) : IClassFixture<EngineFixture>, IDisposable
{
    private readonly HttpClient _http = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Query_SettingRefusedAfterAnother_LeavesNothingOnTheConnections()
    {
        for (var i = 0; i < 8; i++)
        {
            using var refused = await AskAsync("/?query=SELECT+1&max_block_size=7&k2_bogus=1");
            Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
            Assert.Equal("115", Assert.Single(refused.Headers.GetValues("X-ClickHouse-Exception-Code")));
        }

        for (var i = 0; i < 8; i++) Assert.NotEqual("7\n", await TextAsync("/?query=SELECT+getSetting('max_block_size')"));
    }

    [Fact]
    public async Task Query_WithSettingParameterAndFormat_IsAnsweredByThem()
    {
        Assert.Equal("7\n", await TextAsync("/?query=SELECT+getSetting('max_block_size')&max_block_size=7"));
        Assert.Equal("{\"x\":\"it's\"}\n", await TextAsync("/?query=SELECT+%7Bx:String%7D+AS+x&param_x=it's&default_format=JSONEachRow"));
        Assert.Equal("k2\n", await TextAsync("/?query=SELECT+currentDatabase()&database=k2"));
    }

    [Theory]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData("Host", "elsewhere.example")]
    public async Task Query_FromAnotherSite_IsForbidden(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Host.Url, "/?query=SELECT+1"));
        request.Headers.Add(header, value);
        using var answer = await _http.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task Ping_AnyMethodOfClients_IsAnswered(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(engine.Host.Url, "/ping"));
        using var answer = await _http.SendAsync(request, Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private Task<HttpResponseMessage> AskAsync(string path) => _http.GetAsync(new Uri(engine.Host.Url, path), Cancelled);

    private Task<string> TextAsync(string path) => _http.GetStringAsync(new Uri(engine.Host.Url, path), Cancelled);
}
