using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using K2.Api.Tests.Hosting;

namespace K2.Api.Tests.Api;

public sealed class IndexPageTests(TestPlatform platform)
{
    [Fact]
    public async Task Get_Page_LoadsNothingFromElsewhere()
    {
        var html = await platform.Http.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.DoesNotMatch(@"(src|href)\s*=\s*[""']?(https?:)?//", html);
        Assert.DoesNotContain("@import", html, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", html, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\son[a-z]+\s*=", html);
        Assert.DoesNotMatch(@"\sstyle\s*=", html);
    }

    [Fact]
    public async Task Get_Page_LinksHealthDashboardAndApi()
    {
        var html = await platform.Http.GetStringAsync("/", TestContext.Current.CancellationToken);

        foreach (var path in new[] { "/health", "/dashboard", "/v1/status", "/v1/symbols" }) Assert.Contains($"href=\"{path}\"", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("script")]
    [InlineData("style")]
    public async Task Get_Page_PolicyNamesTheHashOfWhatItCarries(string tag)
    {
        using var response = await platform.Http.GetAsync("/", TestContext.Current.CancellationToken);

        var html = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var content = Regex.Match(html, $"<{tag}>(.*?)</{tag}>", RegexOptions.Singleline).Groups[1].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)));
        Assert.Contains($"{tag}-src 'sha256-{hash}'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/health")]
    [InlineData("/v1/symbols")]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/ohlcv/1m")]
    public async Task Get_AnyPath_CarriesSecurityHeaders(string path)
    {
        using var response = await platform.Http.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.StartsWith("default-src 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }
}
