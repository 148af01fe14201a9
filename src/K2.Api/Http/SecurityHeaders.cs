using K2.Api.Pages;
using Microsoft.AspNetCore.Http;

namespace K2.Api.Http;

/// <summary>
/// Sets the headers that keep other sites from framing, sniffing or embedding what is served. The platform's own answers load nothing at all but
/// what the page carries itself; pages of others (the Orleans dashboard) may load from this host only.
/// </summary>
internal static class SecurityHeaders
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    private const string OwnHost =
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'";

    public static Task ApplyAsync(HttpContext http, RequestDelegate next)
    {
        // At the start of the answer, not before: the exception handler clears what was set earlier.
        http.Response.OnStarting(Apply, http);
        return next(http);
    }

    private static Task Apply(object state)
    {
        var http = (HttpContext)state;
        var path = http.Request.Path;
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy = path == "/" ? IndexPage.Policy : path.StartsWithSegments("/dashboard") ? OwnHost : Nothing;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        return Task.CompletedTask;
    }
}
