using System.Net;
using K2.Api.Tests.Hosting;

namespace K2.Api.Tests.Api;

public sealed class HostGuardTests(TestPlatform platform)
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:8180")]
    [InlineData("127.0.0.2")]
    [InlineData("localhost:1")]
    [InlineData("LOCALHOST")]
    [InlineData("[::1]:8180")]
    public async Task Get_LoopbackName_IsServed(string host) => Assert.Equal(HttpStatusCode.OK, await StatusAsync(platform.Endpoints.Url, host));

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8180")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("10.1.2.3")]
    [InlineData("[fe80::1]")]
    public async Task Get_OtherName_IsRefused(string host) => Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(platform.Endpoints.Url, host));

    [Fact]
    public async Task Get_NameInAllowedHosts_IsServed()
    {
        await using var app = await platform.StartApiAsync(new FakeWarehouse(), "http://127.0.0.1:0", ("K2:AllowedHosts", "k2-api; prices.example"));

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Urls.First(), "k2-api:8180"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Urls.First(), "prices.example"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app.Urls.First(), "127.0.0.1"));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(app.Urls.First(), "other.example"));
    }

    [Fact]
    public void IsAllowed_WildcardAddress_ServesAddressesButNoStrangersName()
    {
        var guard = HostGuards.Of("http://0.0.0.0:8180");

        Assert.True(guard.IsAllowed(new("10.1.2.3:8180")));
        Assert.True(guard.IsAllowed(new($"{Environment.MachineName}:8180")));
        Assert.False(guard.IsAllowed(new("evil.example")));
        Assert.False(guard.IsAllowed(new("")));
    }

    [Fact]
    public void IsAllowed_NamedAddress_ServesThatName()
    {
        var guard = HostGuards.Of("http://k2.internal:8180", "http://127.0.0.1:8180");

        Assert.True(guard.IsAllowed(new("k2.internal:8180")));
        Assert.True(guard.IsAllowed(new("K2.Internal")));
        Assert.False(guard.IsAllowed(new("10.1.2.3")));
    }

    private static async Task<HttpStatusCode> StatusAsync(string url, string host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, url + "/v1/cluster");
        request.Headers.TryAddWithoutValidation("Host", host);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
