using System.Security.Cryptography;
using System.Text;
using K2.Api.Http;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Pages;

/// <summary>
/// The page at <c>/</c>: one document that carries its style and script. Its policy names their hashes, so that nothing else runs in it.
/// </summary>
internal static class IndexPage
{
    private static readonly string Html = Load();
    private static readonly byte[] Bytes = Encoding.UTF8.GetBytes(Html);

    /// <summary>The page's content security policy.</summary>
    public static string Policy { get; } =
        $"default-src 'none'; style-src '{Hash("style")}'; script-src '{Hash("script")}'; connect-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static async Task WriteAsync(HttpContext http)
    {
        if (new RequestReader(http.Request).Problem is { } problem)
        {
            await problem.ExecuteAsync(http);
            return;
        }

        http.Response.ContentType = "text/html; charset=utf-8";
        http.Response.Headers.CacheControl = "no-cache";
        await http.Response.Body.WriteAsync(Bytes, http.RequestAborted);
    }

    private static string Hash(string tag)
    {
        var begin = Html.IndexOf($"<{tag}>", StringComparison.Ordinal) + tag.Length + 2;
        var end = Html.IndexOf($"</{tag}>", StringComparison.Ordinal);
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Html[begin..end])));
    }

    private static string Load()
    {
        using var stream = typeof(IndexPage).Assembly.GetManifestResourceStream("K2.Api.Pages.index.html")!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
