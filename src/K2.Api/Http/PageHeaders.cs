using Microsoft.AspNetCore.Http;

namespace K2.Api.Http;

/// <summary>The headers of an answer that is one page of several.</summary>
internal static class PageHeaders
{
    public static void Set(HttpResponse response, string? next)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.Vary = "Accept";
        if (next is not null) response.Headers.Link = $"<{next}>; rel=\"next\"";
    }
}
